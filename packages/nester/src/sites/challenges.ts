import { newChallenge } from './enrolment.ts';

const challengeMs = 60_000;

/** What was given to connections to sign: one each, good for a minute and one attempt. */
export class Challenges {
  readonly #byConnection = new Map<string, { challenge: string; until: number }>();

  give(connectionId: string, now: number): string {
    // The map's order is that of time: what is over stands in front.
    for (const [id, { until }] of this.#byConnection) {
      if (until > now) break;
      this.#byConnection.delete(id);
    }
    const challenge = newChallenge();
    this.#byConnection.delete(connectionId);
    this.#byConnection.set(connectionId, { challenge, until: now + challengeMs });
    return challenge;
  }

  take(connectionId: string, now: number): string | undefined {
    const given = this.#byConnection.get(connectionId);
    this.#byConnection.delete(connectionId);
    return given && given.until > now ? given.challenge : undefined;
  }
}
