import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Connection, webSocketTransport } from '@aerie/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nester as run } from '../../packages/nester/test/terminal.ts';
import { LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator, type Person } from '../kit/people.ts';
import { removeFolder, scratchFolder } from '../kit/scratch.ts';
import { until } from '../kit/wait.ts';
import { oldServer } from './old-server.ts';

const passwords = { alice: 'azerty', zoé: 'pässwörd €', bob: '1234' };
const messages = 2_000;

let nester: Nester;
let folder: string;
let file: string;
let admin: Person;
let general: string;

beforeAll(async () => {
  folder = scratchFolder('old-server');
  file = join(folder, 'classcord.db');
  oldServer(file, passwords, messages);
  nester = await Nester.start();
  admin = await firstAdministrator(nester);
  general = await channelNamed(admin, 'général');
});
afterAll(async () => {
  await nester.remove();
  removeFolder(folder);
});

/** The hash that stands in the database of the running Nester. */
function storedHash(name: string): string {
  const database = new DatabaseSync(join(nester.folder, 'nester.db'), { readOnly: true });
  const row = database.prepare('SELECT password_hash FROM user_account WHERE name = ?').get(name);
  database.close();
  return String(row?.password_hash);
}

describe('an import into a Nester that runs', () => {
  it('brings everybody who is connected to what is there now, and floods nobody', async () => {
    const screen = new Connection({ open: webSocketTransport(nester.webSocketUrl), token: admin.token });
    const framed = await LineClient.connect(nester.tcp);
    const old = await LineClient.connect(nester.tcp);
    screen.start();
    await until(
      'a screen that is live',
      listener => screen.subscribe(listener),
      () => screen.status === 'live',
    );
    await screen.openChannel(general);
    const greeting = screen.state!.windows.get(general)!.messages.at(-1)!;
    await admin.http.call('channel.markRead', { channelId: general, readSeq: greeting.seq });
    await framed.ask('session.resume', { token: admin.token });
    const { kind } = await framed.ask('log.resume', {});
    expect(kind).toBe('snapshot');
    await admin.http.call('user.create', { name: 'Old', password: 'correct-horse-battery-9', role: 'member' });
    await old.logInOld('Old', 'correct-horse-battery-9');

    const { code, stderr } = await run(['import', 'classcord', file], { env: { AERIE_DATA: nester.folder } });
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(`Took 3 accounts and ${messages} messages`) });

    await framed.next('a gap', line => line.event === 'log.gap');
    const last = `message ${messages - 1}, as people wrote them then: à bientôt 👍`;
    await until(
      'the imported messages on the screen',
      listener => screen.subscribe(listener),
      () => screen.state?.windows.get(general)?.messages.at(-1)?.content === last,
    );
    const state = screen.state!;
    expect([...state.users.values()].map(({ name }) => name)).toEqual(expect.arrayContaining(['alice', 'zoé', 'bob']));
    expect(state.channels.get(general)).toMatchObject({ unread: 0, mentions: 0 });
    const shown = state.windows.get(general)!.messages.at(-1)!;
    expect(new Date(shown.createdAt).toISOString()).toBe('2025-09-01T08:33:19.000Z');

    // What is said from now on comes to all of them, and nothing else came to them one by one.
    await admin.http.call('message.send', { channelId: general, content: 'bienvenue' });
    const heard = await old.next('the first message after the import', line => line.type === 'message');
    expect(heard).toMatchObject({ from: admin.name, content: 'bienvenue' });
    await until(
      'what is said now on the screen',
      listener => screen.subscribe(listener),
      () => screen.state?.windows.get(general)?.messages.at(-1)?.content === 'bienvenue',
    );
    expect(framed.lines.filter(line => line.event === 'message.created')).toEqual([]);
    screen.stop();
    await framed.close();
    await old.close();
  });

  it('lets people log in with their old passwords, on the old wire too, and their hash becomes a plain one', async () => {
    for (const [name, password] of Object.entries(passwords)) {
      const before = storedHash(name);
      expect(before).toMatch(/^sha256\+\$argon2id\$/);
      const wrong = await LineClient.connect(nester.tcp);
      wrong.write({ type: 'login', username: name, password: `${password}!` });
      expect(await wrong.next('a refusal', line => line.type !== 'users')).toMatchObject({ type: 'error' });
      await wrong.close();
      expect(storedHash(name)).toBe(before);

      const client = await LineClient.connect(nester.tcp);
      await client.logInOld(name, password);
      await client.close();
      expect(storedHash(name)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]+\$[^$]+$/);
      const { me } = await nester.http().call('session.logIn', { user: name, password });
      expect(me).toMatchObject({ name, role: 'member', language: 'fr' });
    }
  });

  it('is in the audit, and its messages can be found and taken back as all others', async () => {
    const { records } = await admin.http.call('audit.list', { search: 'import.classcord' });
    expect(records).toMatchObject([{ subject: 'classcord.db', door: 'local', actor: '(local)' }]);
    const { messages: page } = await admin.http.call('message.history', { channelId: general, limit: 200 });
    const own = page.find(({ authorName }) => authorName === 'alice')!;
    await admin.http.call('message.delete', { messageId: own.messageId });
    const again = await run(['import', 'classcord', file], { env: { AERIE_DATA: nester.folder } });
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('Took 0 accounts and 0 messages') });
  });
});
