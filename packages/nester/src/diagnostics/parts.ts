import type { Policy } from '@aerie/contract';
import type { Bus } from '../bus/bus.ts';
import type { Actor } from '../context.ts';
import type { Log } from '../log.ts';
import type { Committer } from '../store/commit.ts';
import type { Store } from '../store/store.ts';

/** A probe as it stands now. */
export interface AskedProbe {
  siteId: string;
  siteCode: string;
  name: string;
  policy: Policy;
  /** Undefined while it is away. */
  connectionId: string | undefined;
}

/** What the room is given. */
export interface DiagnosticsParts {
  store: Store;
  committer: Committer;
  bus: Bus;
  log: Log;
  now: () => number;
  /** Undefined when there is none, or it was revoked. */
  probe(probeId: string): AskedProbe | undefined;
  /** Throws when this actor may not speak in the channel. */
  requireVoice(actor: Actor, channelId: string): void;
  /** Says it in a channel, once for each key. */
  say(channelId: string, message: { key: string; content: string }): Promise<void>;
}
