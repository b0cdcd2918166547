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

const opened: Theatre[] = [];
/** Those where nothing is played, by their settings. */
const free = new Map<string, Theatre[]>();

/** Plays a session where no other is played, on a Nester with its settings; one that was told to stop is not used again. */
async function playAlone(session: Session, door: (typeof doors)[number]): Promise<void> {
  const key = JSON.stringify(session.settings);
  const rest = free.get(key) ?? [];
  free.set(key, rest);
  const theatre = rest.pop() ?? (await Theatre.open(session.settings));
  if (!opened.includes(theatre)) opened.push(theatre);
  await play(session, theatre, theatre.places[door]).catch((error: Error) => {
    throw new Error(`${door}: ${error.message}`);
  });
  if (theatre.nester.isRunning) rest.push(theatre);
}

/** Conversations with old clients, byte for byte, one for every row of what a Classcord server must do. */
describe('golden sessions, in clear and inside TLS', () => {
  afterAll(async () => {
    for (const theatre of opened) await theatre.close();
  });

  // Several at the same time: most of a session is waiting for what is told of people once a second.
  it.concurrent.each(sessions)('$file: $title', async session => {
    // Both to their end: what fails is told when nothing is played any more.
    const failed = (await Promise.allSettled(doors.map(door => playAlone(session, door)))).find(result => result.status === 'rejected');
    if (failed) throw failed.reason;
  });
});
