import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CommandInput, CommandName, CommandOutput } from '@aerie/contract';
import type { Whisper } from '../src/bus/bus.ts';
import { readConfig } from '../src/config.ts';
import type { Actor } from '../src/context.ts';
import { openHouse } from '../src/house.ts';
import type { IntakeParts, Step } from '../src/intake/parts.ts';
import { type Intake, openIntake } from '../src/intake/room.ts';
import { type Area, type Fields, type Level, logLine } from '../src/log.ts';
import type { TestDatabase } from './databases.ts';

const samples = join(import.meta.dirname, 'samples');

/** A house whose clock a test sets. Files are taken up when the test says so. */
export interface IntakeRoom {
  readonly house: Awaited<ReturnType<typeof openHouse>>;
  readonly whispers: Whisper[];
  readonly lines: string[];
  now: number;
  call<K extends CommandName>(name: K, input: CommandInput<K>, actor?: Actor): Promise<CommandOutput<K>>;
  /** A path below the data folder. */
  at(...path: string[]): string;
  /** Drops a file that was written that long ago: whole, as one that is moved in. */
  drop(path: string, content: string | Buffer, options?: { ageMs?: number; writtenAt?: number }): void;
  /** What lies in a folder and the folders in it, by its path from there. */
  lying(folder: string): string[];
  /** Takes files up as a Nester does that loses its power after that step; resolves when it has. */
  stalling(step: Step): Promise<void>;
  /** Another one who takes files up, as a Nester that is started anew; a test stops it. */
  newIntake(parts: Partial<Pick<IntakeParts, 'reached' | 'reader'>>): Promise<Intake>;
  close(): Promise<void>;
}

export const sample = (name: string): Buffer => readFileSync(join(samples, name));

/** The code of a thread that runs `body` for each file that it is asked to read. */
export const threadThat = (body: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort, threadId } from 'node:worker_threads';
      parentPort.on('message', ({ name }) => { ${body} });
      parentPort.postMessage('ready');`)}`,
  );

export const technician: Actor = {
  kind: 'user',
  userId: 'u1',
  name: 'Tess',
  role: 'technician',
  language: 'fr',
  sessionId: 's1',
  deviceId: 'd1',
};

export async function openIntakeRoom(database: TestDatabase): Promise<IntakeRoom> {
  const lines: string[] = [];
  const write = (level: Level) => (area: Area, sentence: string, fields?: Fields) => {
    lines.push(logLine(0, level, area, sentence, fields).split(' ').slice(1).join(' ').trimEnd());
  };
  const log = { info: write('INFO'), warning: write('WARNING'), error: write('ERROR') };
  const config = readConfig({ data: database.folder, databaseUrl: database.databaseUrl }, {});
  let now = Date.UTC(2026, 10, 22, 12);
  const house = await openHouse(config, log, () => now);
  const { store, committer, bus, sites } = house;
  const whispers: Whisper[] = [];
  bus.subscribe('whispered', whisper => whispers.push(whisper));
  const at = (...path: string[]) => join(database.folder, ...path);
  const room: IntakeRoom = {
    house,
    whispers,
    lines,
    get now() {
      return now;
    },
    set now(at) {
      now = at;
    },
    call(name, input, actor = { kind: 'local' }) {
      const caller = { door: 'local', address: 'local', agent: 'test', connection: undefined } as const;
      return house.dispatch.call(actor, caller, name, input) as Promise<never>;
    },
    at,
    drop(path, content, { ageMs = 10_000, writtenAt } = {}) {
      const target = at('inbox', path);
      const staged = at(`.staged-${readdirSync(database.folder).length}`);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(staged, content);
      const seconds = (writtenAt ?? room.now - ageMs) / 1_000;
      utimesSync(staged, seconds, seconds);
      renameSync(staged, target);
    },
    lying(folder) {
      if (!existsSync(at(folder))) return [];
      return readdirSync(at(folder), { recursive: true, withFileTypes: true })
        .filter(entry => !entry.isDirectory())
        .map(entry => join(entry.parentPath, entry.name).slice(at(folder).length + 1))
        .sort();
    },
    async stalling(step) {
      const reached = Promise.withResolvers<void>();
      const intake = await room.newIntake({
        reached: async at => {
          if (at !== step) return;
          reached.resolve();
          await new Promise(() => {});
        },
      });
      void intake.sweep();
      await reached.promise;
    },
    newIntake: parts => openIntake({ folder: database.folder, store, committer, bus, log, now: () => now, sites, ...parts }),
    async close() {
      await house.close();
      await database.remove();
    },
  };
  return room;
}
