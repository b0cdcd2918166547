import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { play } from './golden/player.ts';
import { readSession } from './golden/session.ts';
import { Theatre } from './golden/theatre.ts';

const folder = join(import.meta.dirname, 'golden');
const sessions = globSync('*.session', { cwd: folder })
  .sort()
  .map(file => readSession(basename(file), readFileSync(join(folder, file), 'utf8')));

const theatres = new Map<string, Promise<Theatre>>();
afterAll(async () => {
  for (const theatre of theatres.values()) await (await theatre).close();
});

/** Conversations with old clients, byte for byte, one for every row of what a Classcord server must do. */
describe.each(['plain', 'secure'] as const)('golden sessions, %s', door => {
  it.each(sessions)('$file: $title', async session => {
    const stops = session.steps.some(step => step.kind === 'stops');
    // Sessions with the same settings share a Nester; one that is told to stop is nobody else's.
    const key = stops ? `${session.file} ${door}` : JSON.stringify(session.settings);
    const theatre = theatres.get(key) ?? Theatre.open(session.settings);
    theatres.set(key, theatre);
    await play(session, await theatre, (await theatre).places[door]);
  });
});
