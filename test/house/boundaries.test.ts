import { describe, expect, it } from 'vitest';
import { boundaryFaults } from './boundaries.ts';
import { importsOf } from './imports.ts';
import { nameFaults } from './names.ts';
import { sources } from './sources.ts';

/** A tree of one file. */
const file = (path: string, source: string) => new Map([[path, source]]);
const nester = (path: string, source: string) => boundaryFaults(file(`packages/nester/src/${path}`, source));

describe('the house', () => {
  it('keeps its boundaries', () => {
    expect(boundaryFaults(sources())).toEqual([]);
  });

  it('keeps its names', () => {
    expect(nameFaults(sources())).toEqual([]);
  });
});

describe('reading imports', () => {
  it('sees every form', () => {
    const source = [
      "import a from './a.ts';",
      "import type { B } from './b.ts';",
      "import './c.ts';",
      "import {\n  d,\n  type E,\n} from './d.ts';",
      "export { f } from './f.ts';",
      "export * from './g.ts';",
      "export const h = (await import('./h.ts')).h;",
      "type I = import('./i.ts').I;",
      "const j = require('./j.cjs');",
    ].join('\n');
    const seen = importsOf(source);
    expect(seen.map(({ specifier }) => specifier).join(' ')).toBe('./a.ts ./b.ts ./c.ts ./d.ts ./f.ts ./g.ts ./h.ts ./i.ts ./j.cjs');
    expect(seen.filter(({ typeOnly }) => typeOnly).map(({ specifier }) => specifier)).toEqual(['./b.ts']);
  });

  it('does not take comments and strings for imports', () => {
    const source = [
      " * import a from './a.ts';",
      "// import b from './b.ts';",
      "export const text = 'from';",
      "const from = './c.ts';",
    ].join('\n');
    expect(importsOf(source)).toEqual([]);
  });
});

describe('boundaries are seen to be broken', () => {
  it.each([
    ['a package that may not be used', 'packages/nester/src/app.ts', "import { Connection } from '@aerie/client';"],
    ['a package that may not be used, by type', 'packages/web/src/main.tsx', "import type { Store } from '@aerie/nester/store/store';"],
    ['another package by its path', 'packages/client/src/ws.ts', "import { limits } from '../../contract/src/limits.ts';"],
    ['I/O in the contract', 'packages/contract/src/limits.ts', "import { readFileSync } from 'node:fs';"],
    ['a library besides zod in the contract', 'packages/contract/src/limits.ts', "import ws from 'ws';"],
    ['Node in what runs in a browser', 'packages/client/src/connection.ts', "import { connect } from 'node:net';"],
  ])('%s', (_, path, source) => {
    expect(boundaryFaults(file(path, source))).toHaveLength(1);
  });

  it.each([
    ['a room that uses a door', 'chat/messages.commands.ts', "import { write } from '../doors/tcp.ts';"],
    ["a room that uses another room's store", 'chat/messages.commands.ts', "import { userById } from '../accounts/users.store.ts';"],
    ["a store that uses another room's store", 'chat/messages.store.ts', "import type { Row } from '../accounts/users.store.ts';"],
    ['rules that use commands', 'chat/messages.ts', "import { send } from './messages.commands.ts';"],
    ['rules that use SQL', 'chat/messages.ts', "import { sql } from 'kysely';"],
    ['commands that use SQL', 'chat/messages.commands.ts', "import { CompiledQuery } from 'kysely';"],
    ['commands that query', 'chat/messages.commands.ts', "await ctx.db.selectFrom('message').execute();"],
    ['a store that opens a database itself', 'chat/messages.store.ts', "import pg from 'pg';"],
    ['a door that uses commands', 'doors/tcp.ts', "import { send } from '../chat/messages.commands.ts';"],
    ['a door that uses a store', 'doors/http/messages.ts', "import { page } from '../../chat/messages.store.ts';"],
    ['a door that uses the database', 'doors/tcp.ts', "import { Store } from '../store/store.ts';"],
    ['the store that uses a room', 'store/commit.ts', "import { requirePost } from '../chat/channels.ts';"],
    ['the bus that uses a room', 'bus/bus.ts', "import type { Roster } from '../chat/roster.ts';"],
    ['a folder that the house does not know', 'misc/things.ts', "import { limits } from '../config.ts';"],
    ['a shared file that knows a room', 'context.ts', "import { people } from './chat/people.ts';"],
  ])('%s', (_, path, source) => {
    expect(nester(path, source)).toHaveLength(1);
  });

  it('not where the house allows it', () => {
    expect(nester('app.ts', "import { Room } from './chat/room.ts';\nimport { listen } from './doors/tcp.ts';")).toEqual([]);
    expect(nester('chat/messages.commands.ts', "import { create } from '../accounts/users.commands.ts';")).toEqual([]);
    expect(nester('chat/messages.store.ts', "import { sql } from 'kysely';\nimport type { Tables } from '../store/schema.ts';")).toEqual(
      [],
    );
    expect(nester('chat/messages.ts', "import type { Kysely } from 'kysely';")).toEqual([]);
    expect(nester('chat/messages.test.ts', "import { userById } from '../accounts/users.store.ts';")).toEqual([]);
  });
});

describe('names are seen to be broken', () => {
  it.each([
    ['an empty word in a declaration', 'packages/nester/src/chat/rooms.ts', 'export class RoomManager {}'],
    ['an empty word in a file name', 'packages/nester/src/chat/string-utils.ts', ''],
    ['a file that is not in kebab-case', 'packages/nester/src/chat/messageStore.ts', ''],
    ['a barrel', 'packages/nester/src/chat/index.ts', "export * from './messages.ts';"],
    ['a default export', 'packages/nester/src/chat/messages.ts', 'export default 1;'],
  ])('%s', (_, path, source) => {
    expect(nameFaults(file(path, source))).toHaveLength(1);
  });
});
