import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { play } from './golden/player.ts';
import { readSession, type Session } from './golden/session.ts';
import { Theatre } from './golden/theatre.ts';

const doors = ['plain', 'secure'] as const;
const folder = join(import.meta.dirname, 'golden');
const sessions = globSync('*.session', { cwd: folder })
  .sort()
  .map(file => readSession(basename(file), readFileSync(join(folder, file), 'utf8')));

const theatres = new Map<string, Promise<Theatre>>();

/** Sessions with the same settings share a Nester for each door; one that is told to stop is nobody else's. */
function theatreFor({ file, settings, steps }: Session, door: string): Promise<Theatre> {
  const stops = steps.some(step => step.kind === 'stops');
  const key = `${door} ${stops ? file : JSON.stringify(settings)}`;
  const theatre = theatres.get(key) ?? Theatre.open(settings);
  theatres.set(key, theatre);
  return theatre;
}

/** Conversations with old clients, byte for byte, one for every row of what a Classcord server must do. */
describe('golden sessions, in clear and inside TLS', () => {
  afterAll(async () => {
    for (const theatre of theatres.values()) await (await theatre).close();
  });

  // At the same time: most of a session is waiting for what is told of people once a second.
  it.each(sessions)('$file: $title', async session => {
    const plays = doors.map(async door => {
      const theatre = await theatreFor(session, door);
      await play(session, theatre, theatre.places[door]).catch((error: Error) => {
        throw new Error(`${door}: ${error.message}`);
      });
    });
    // Both to their end: what is left of one must not disturb the next session.
    const failed = (await Promise.allSettled(plays)).find(result => result.status === 'rejected');
    if (failed) throw failed.reason;
  });
});
