import type { CommandInput, CommandName, CommandOutput } from '@aerie/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEachDatabase, type TestDatabase } from '../../test/databases.ts';
import { wrapDigest } from '../accounts/hashing.ts';
import { readConfig } from '../config.ts';
import { openHouse } from '../house.ts';
import { StagedImport } from './staged-import.ts';

const quiet = { info() {}, warning() {}, error() {} };
const noon = Date.parse('2026-11-22T12:00:00Z');
const key = (n: number) => String(n).padStart(22, '0');

onEachDatabase('an import', newDatabase => {
  let database: TestDatabase;
  let house: Awaited<ReturnType<typeof openHouse>>;
  let now = noon;
  beforeEach(async () => {
    now = noon;
    database = await newDatabase();
    const config = readConfig({ data: database.folder, databaseUrl: database.databaseUrl }, {});
    house = await openHouse(config, quiet, () => now);
  });
  afterEach(async () => {
    await house.close();
    await database.remove();
  });

  const call = <K extends CommandName>(name: K, input: CommandInput<K>) => {
    const caller = { door: 'local', address: 'local', agent: 'test', connection: undefined } as const;
    return house.dispatch.call({ kind: 'local' }, caller, name, input) as Promise<CommandOutput<K>>;
  };
  const begin = async () => (await call('import.begin', { source: 'test', language: 'fr' })).importId;
  const message = (n: number, fields: object = {}) => ({
    index: n,
    author: 'alice',
    content: `message ${n}`,
    at: noon - 1_000 + n,
    key: key(n),
    ...fields,
  });
  const people = () => [...house.accounts.directory.all()].filter(({ kind }) => kind === 'person').map(({ name }) => name);
  const said = async () =>
    await house.store.read.selectFrom('message').select(['author_name', 'author_id', 'content', 'created_at']).orderBy('seq').execute();

  it('is over when nobody goes on with it, or another begins', async () => {
    const first = await begin();
    const second = await begin();
    await expect(call('import.finish', { importId: first })).rejects.toMatchObject({ code: 'import_gone' });
    now += 10 * 60_000;
    await call('import.users', { importId: second, users: [{ index: 0, name: 'alice', hasPassword: false }] });
    now += 10 * 60_000 + 1;
    await expect(call('import.finish', { importId: second })).rejects.toMatchObject({ code: 'import_gone' });
    expect(people()).toEqual([]);
  });

  it('takes accounts before messages, and writes none without its password', async () => {
    const importId = await begin();
    await call('import.users', { importId, users: [{ index: 7, name: 'alice', hasPassword: true }] });
    await call('import.messages', { importId, messages: [message(0)] });
    const late = call('import.users', { importId, users: [{ index: 8, name: 'bob', hasPassword: false }] });
    await expect(late).rejects.toMatchObject({ code: 'bad_input' });
    await expect(call('import.finish', { importId })).rejects.toMatchObject({ code: 'bad_input' });
    const hash = await wrapDigest('0'.repeat(64));
    await expect(call('import.passwords', { importId, passwords: [{ index: 8, hash }] })).rejects.toMatchObject({ code: 'bad_input' });
    await expect(call('import.passwords', { importId, passwords: [{ index: 7, hash: 'azerty' }] })).rejects.toMatchObject({
      code: 'bad_input',
    });
    await call('import.passwords', { importId, passwords: [{ index: 7, hash }] });
    expect(await call('import.finish', { importId })).toEqual({ users: 1, messages: 1, channels: [], directs: 0 });
    expect(people()).toEqual(['alice']);
  });

  it('is written whole or not at all: a name that was taken meanwhile costs all of it', async () => {
    const importId = await begin();
    const users = ['alice', 'bob'].map((name, index) => ({ index, name, hasPassword: false }));
    await call('import.users', { importId, users });
    await call('import.messages', { importId, messages: [message(0)] });
    await call('user.create', { name: 'Bob', password: 'hibou-perche-42-lampadaire', role: 'member' });
    const before = await said();
    await expect(call('import.finish', { importId })).rejects.toMatchObject({ code: 'conflict' });
    expect(people()).toEqual(['Bob']);
    expect(await said()).toEqual(before);
  });

  it('says of each message what becomes of it', async () => {
    const importId = await begin();
    await call('import.users', { importId, users: [{ index: 0, name: 'alice', hasPassword: false }] });
    const { verdicts } = await call('import.messages', {
      importId,
      messages: [
        message(0),
        message(0, { index: 1 }),
        message(2, { content: ' \0 ' }),
        message(3, { content: 'a\0b' }),
        message(4, { at: noon + 5_000 }),
        message(5, { channel: '  ## !!' }),
        message(6, { to: 'ALICE' }),
        message(7, { to: 'aerie' }),
        message(8, { author: 'un\nfaux\u202e nom' }),
        message(9, { channel: '#Admin' }),
        message(10, { channel: 'GÉNÉRAL' }),
      ],
    });
    expect(verdicts.map(({ index, outcome, reason }) => [index, outcome, reason])).toEqual([
      [1, 'already', 'It was brought before.'],
      [2, 'refused', 'It is empty.'],
      [3, 'changed', 'Characters that cannot be stored were left out.'],
      [4, 'changed', 'Its time lay in the future; it has the time of the import.'],
      [5, 'refused', 'This channel name cannot be used: it is empty.'],
      [6, 'refused', 'It was said in private to its own author.'],
      [7, 'refused', 'It was said in private to aerie, who has no account.'],
      [8, 'changed', 'The author is written un faux nom.'],
    ]);
    expect(await call('import.finish', { importId })).toMatchObject({ users: 1, messages: 6, channels: [] });
    expect(
      (await said()).map(({ author_name, author_id, content, created_at }) => [
        author_name,
        author_id !== null,
        content,
        created_at - noon,
      ]),
    ).toEqual([
      ['alice', true, 'message 0', -1_000],
      ['alice', true, 'ab', -997],
      ['un faux nom', false, 'message 8', -992],
      ['alice', true, 'message 9', -991],
      ['alice', true, 'message 10', -990],
      ['alice', true, 'message 4', 0],
    ]);
    // What was said where only administrators are now stays among them.
    const alice = house.accounts.directory.byName('alice')!;
    const names = [...house.chat.roster.channelIdsOf(alice.userId)].map(channelId => house.chat.roster.channel(channelId)!.name);
    expect(names.sort()).toEqual(['dev', 'général']);
  });
});

describe('what waits for the rest of an import', () => {
  it('is bounded', () => {
    const staged = new StagedImport({ importId: 'i', source: 's', language: 'fr', at: 0 });
    const content = 'x'.repeat(16_000);
    const fill = () => {
      for (let n = 0; n < 10_000; n++)
        staged.addMessage({ channelId: 'c', author: { userId: null, name: 'a' }, content, at: 0, key: key(n) });
    };
    expect(fill).toThrow('256 MiB');
    expect(staged.messages.length).toBeGreaterThan(8_000);
  });
});
