import type { CommandInput, CommandName, CommandOutput, ExportSelection, Message } from '@aerie/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEachDatabase, type TestDatabase } from '../../test/databases.ts';
import { readConfig } from '../config.ts';
import type { Actor } from '../context.ts';
import { openHouse } from '../house.ts';
import { exported } from './export.ts';
import type { Ask } from './pages.ts';

const quiet = { info() {}, warning() {}, error() {} };
const password = 'hibou-perche-42-lampadaire';

onEachDatabase('an export', newDatabase => {
  let database: TestDatabase;
  let house: Awaited<ReturnType<typeof openHouse>>;
  let now = 1_000;
  beforeEach(async () => {
    database = await newDatabase();
    house = await openHouse(readConfig({ data: database.folder, databaseUrl: database.databaseUrl }, {}), quiet, () => now);
  });
  afterEach(async () => {
    await house.close();
    await database.remove();
  });

  const as =
    (actor: Actor): Ask =>
    <K extends CommandName>(name: K, input: CommandInput<K>) =>
      house.dispatch.call(actor, { door: 'tcp', address: '192.0.2.7', agent: '', connection: undefined }, name, input) as Promise<
        CommandOutput<K>
      >;
  const local = as({ kind: 'local' });
  const person = async (name: string, role: 'admin' | 'technician' | 'member') => {
    await local('user.create', { name, password, role });
    const { token } = await local('session.logIn', { user: name, password });
    return as((await house.accounts.authenticate(token!))!);
  };
  const said = async (ask: Ask, selection: ExportSelection = {}) => {
    let text = '';
    const form = { format: 'json', language: 'en', bom: false, separator: 'comma' } as const;
    for await (const chunk of exported(ask, { subject: 'messages', selection, form })) text += chunk;
    // The server greets people too.
    const messages = JSON.parse(text) as (Message & { channel: string })[];
    return messages.filter(({ authorName }) => authorName === 'Bob').map(({ content, channel }) => `${channel}: ${content}`);
  };

  it('has what an administrator may read, of one channel and between two moments where that is asked for', async () => {
    const [ada, bob] = [await person('Ada', 'admin'), await person('Bob', 'member')];
    const { channel } = await bob('channel.find', { name: 'général' });
    const direct = await bob('channel.openDirect', { name: 'Ada' });
    const { channelId } = channel;
    for (const [at, content] of [
      [2_000, 'one'],
      [3_000, 'two'],
      [4_000, 'three'],
    ] as const) {
      now = at;
      await bob('message.send', { channelId, content });
    }
    const { messageId } = await bob('message.send', { channelId, content: 'taken back' });
    await bob('message.delete', { messageId });
    await bob('message.send', { channelId: direct.channelId, content: 'between us' });

    expect(await said(ada)).toEqual(['général: one', 'général: two', 'général: three']);
    // Whoever owns the machine has all of it.
    expect(await said(local)).toEqual(['général: one', 'général: two', 'général: three', ': between us']);
    expect(await said(ada, { from: 3_000 })).toEqual(['général: two', 'général: three']);
    expect(await said(ada, { from: 2_001, to: 4_000 })).toEqual(['général: two']);
    expect(await said(ada, { channelId })).toHaveLength(3);
    const { channel: dev } = await bob('channel.find', { name: 'dev' });
    expect(await said(ada, { channelId: dev.channelId })).toEqual([]);
    await expect(said(ada, { channelId: direct.channelId })).rejects.toMatchObject({ code: 'not_found' });
    await expect(said(bob)).rejects.toMatchObject({ code: 'forbidden' });

    const { records } = await ada('audit.list', { search: 'export.messages', limit: 200 });
    expect(records.map(({ actor, subject, detail }) => [actor, subject, detail])).toEqual([
      ['Ada', '#dev', '{"format":"json"}'],
      ['Ada', '#général', '{"format":"json"}'],
      ['Ada', 'all', '{"format":"json","from":2001,"to":4000}'],
      ['Ada', 'all', '{"format":"json","from":3000}'],
      ['(local)', 'all', '{"format":"json"}'],
      ['Ada', 'all', '{"format":"json"}'],
    ]);
  });

  it('has devices and incidents for technicians, of one site where that is asked for; what a host says of itself is no formula', async () => {
    const tess = await person('Tess', 'technician');
    const { siteId } = await local('site.create', { code: 'NE', name: 'Patriots' });
    const other = await local('site.create', { code: 'KC', name: 'Chiefs' });
    const device = {
      site_id: siteId,
      identity: 'address:192.0.2.1',
      address: '192.0.2.1',
      status: 'up',
      first_seen_at: 1,
      last_seen_at: 2,
    } as const;
    const write = house.store.write;
    for (let i = 0; i < 201; i++) {
      const fields = {
        ...device,
        device_id: `d${1_000 + i}`,
        identity: `address:${i}`,
        hostname: i === 0 ? '=HYPERLINK("x")' : `host-${i}`,
      };
      await write
        .insertInto('device')
        .values(fields as never)
        .execute();
    }
    await write
      .insertInto('device')
      .values({ ...device, device_id: 'z', site_id: other.siteId } as never)
      .execute();
    await write
      .insertInto('device_port')
      .values({ device_id: 'd1000', protocol: 'tcp', port: 22, state: 'open', service: 'ssh', first_seen_at: 1, last_seen_at: 2 } as never)
      .execute();
    const { incident } = await tess('incident.test', { siteId });
    const taken = async (ask: Ask, subject: 'devices' | 'incidents' | 'users', selection: ExportSelection, format: 'csv' | 'json') => {
      let text = '';
      const form = { format, language: 'fr', bom: false, separator: 'semicolon' } as const;
      for await (const chunk of exported(ask, { subject, selection, form })) text += chunk;
      return text;
    };
    expect(JSON.parse(await taken(tess, 'devices', {}, 'json'))).toHaveLength(202);
    const lines = (await taken(tess, 'devices', { siteId }, 'csv')).trimEnd().split('\n');
    expect(lines).toHaveLength(202);
    expect(lines[1]).toContain('NE;Patriots;;192.0.2.1;"\'=HYPERLINK(""x"")"');
    expect(lines[1]).toContain('22/tcp ssh');
    expect(JSON.parse(await taken(tess, 'incidents', { siteId }, 'json'))).toMatchObject([
      { incidentId: incident.incidentId, rule: 'test' },
    ]);
    expect(JSON.parse(await taken(tess, 'incidents', { siteId: other.siteId }, 'json'))).toEqual([]);
    await expect(taken(tess, 'users', {}, 'csv')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(taken(await person('Mia', 'member'), 'devices', {}, 'csv')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(taken(tess, 'devices', { siteId: 'none' }, 'csv')).rejects.toMatchObject({ code: 'not_found' });
  });
});
