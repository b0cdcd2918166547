import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';

const open: LineClient[] = [];
let nester: Nester;
let admin: Person;

beforeAll(async () => {
  nester = await Nester.start({ env: { AERIE_ADMIN_TCP: '127.0.0.1:0', AERIE_GUESTS: 'on', AERIE_LIMITS: 'failures=3' } });
  admin = await firstAdministrator(nester, 'Ada');
  for (const name of ['alice', 'bob']) await newPerson(nester, admin, name);
});

afterAll(async () => {
  await Promise.all(open.map(client => client.close()));
  await nester.remove();
});

/** Where the port is now: the newest start's. */
function place(): { host: string; port: number } {
  const [, host, port] = [...nester.output.matchAll(/"adminTcp":"([^":]+):(\d+)"/g)].at(-1)!;
  return { host: host!, port: Number(port) };
}

const tokenFile = () => join(nester.folder, 'admin-port.token');
const token = () => readFileSync(tokenFile(), 'utf8').trim();

async function connect(to = place()): Promise<LineClient> {
  const client = await LineClient.connect(to);
  open.push(client);
  return client;
}

/** A connection that has shown the token. */
async function desk(): Promise<LineClient> {
  const client = await connect();
  client.write({ type: 'auth', token: token() });
  expect(await client.next('auth')).toEqual({ type: 'auth', status: 'ok' });
  return client;
}

async function loggedIn(name: string): Promise<LineClient> {
  const client = await connect(nester.tcp);
  await client.logInOld(name, password);
  return client;
}

describe('the administration port', () => {
  it('keeps its token for the owner of the data only', () => {
    expect(token().length).toBeGreaterThanOrEqual(32);
    expect(statSync(tokenFile()).mode & 0o777).toBe(0o600);
    expect(nester.output).not.toContain(token());
  });

  it.each([[{ type: 'get_users' }], [{ type: 'auth' }], [{ type: 'auth', token: '' }], [{ type: 'kick', target: 'alice', token: null }]])(
    'does nothing for %j',
    async line => {
      // The right token makes the failures before forgotten.
      await desk();
      const client = await connect();
      client.write(line);
      expect(await client.next('an error')).toEqual({ type: 'error', message: 'Login failed.', error: 'Login failed.' });
      await client.closed;
    },
  );

  it('closes on whoever sends no JSON, such as a browser', async () => {
    const client = await connect();
    client.write('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n{"type":"get_users"}\n');
    expect(await client.next('an error')).toMatchObject({ type: 'error' });
    await client.closed;
    expect(client.lines).toHaveLength(1);
  });

  it('says who is here, with the token in the line as well', async () => {
    const alice = await loggedIn('alice');
    const client = await connect();
    client.write({ action: 'get_users', token: token() });
    expect(await client.next('users')).toEqual({ users: expect.arrayContaining(['alice']) });
    // The line had the token, not the connection.
    client.write({ action: 'get_users' });
    expect(await client.next('an error')).toMatchObject({ message: 'Login failed.' });
    await client.closed;
    await alice.close();
  });

  it('speaks to everybody', async () => {
    const alice = await loggedIn('alice');
    const client = await desk();
    client.write({ type: 'global_message', content: 'Maintenance à midi' });
    expect(await client.next('done')).toEqual({ type: 'global_message', status: 'ok' });
    expect(await alice.next('it', got => got.content === 'Maintenance à midi')).toMatchObject({ from: 'aerie', channel: '#général' });
    client.write({ type: 'global_message' });
    expect(await client.next('an error')).toMatchObject({ type: 'error', message: expect.stringContaining('content') });
    client.write('nonsense\n');
    expect(await client.next('an error')).toMatchObject({ type: 'error' });
    await alice.close();
  });

  it('kicks people and guests, with the kick line', async () => {
    const [alice, gus] = [await loggedIn('alice'), await connect(nester.tcp)];
    gus.write({ type: 'message', from: 'gus', content: 'bonjour' });
    await alice.next('gus', got => got.content === 'bonjour');
    const client = await desk();
    client.write({ type: 'kick', target: 'GUS' });
    expect(await client.next('done')).toEqual({ type: 'kick', status: 'ok' });
    expect(await gus.next('the kick', got => got.type === 'kick')).toMatchObject({ message: expect.any(String) });
    await gus.closed;
    client.write({ type: 'kick', target: 'alice', reason: 'assez' });
    expect(await client.next('done')).toEqual({ type: 'kick', status: 'ok' });
    expect(await alice.next('the kick', got => got.type === 'kick')).toMatchObject({ message: expect.stringContaining('assez') });
    await alice.closed;
    for (const target of ['nobody', 'alice', 7, '']) {
      client.write({ type: 'kick', target });
      expect(await client.next('an error')).toMatchObject({ type: 'error' });
    }
    client.write({ type: 'reboot' });
    expect(await client.next('an error')).toMatchObject({ message: expect.stringContaining('reboot') });
  });

  it('writes what it did into the audit', async () => {
    const { records } = await admin.http.call('audit.list', {});
    expect(records.map(record => `${record.actor} ${record.action} ${record.subject}`)).toEqual(
      expect.arrayContaining(['(local) server.announce all', '(local) user.kick alice', '(local) connection.close gus']),
    );
  });

  it('makes whoever guesses wait, and says so where Fail2ban reads', async () => {
    await desk();
    for (let i = 0; i < 3; i++) {
      const client = await connect();
      client.write({ type: 'auth', token: `guess ${i}` });
      expect(await client.next('an error')).toMatchObject({ message: 'Login failed.' });
      await client.closed;
    }
    const client = await connect();
    client.write({ type: 'auth', token: token() });
    expect(await client.next('an error')).toMatchObject({ message: expect.stringContaining('Wait') });
    await client.closed;
    expect(nester.output).toMatch(
      / WARNING \[LOGIN\] Failed login attempt from 127\.0\.0\.1 \{"user":"\(administration port\)","door":"tcp"\}/,
    );
    expect(nester.output).not.toContain('guess 0');
  });

  it('stops the server as a signal would, keeps its token, and is nowhere but on this machine', async () => {
    const before = token();
    await nester.stop();
    await nester.start();
    expect(token()).toBe(before);
    const bob = await loggedIn('bob');
    const client = await desk();
    client.write({ type: 'shutdown' });
    expect(await client.next('done')).toEqual({ type: 'shutdown', status: 'ok' });
    expect(await bob.next('the end', got => got.type === 'server_shutdown')).toMatchObject({ message: expect.any(String) });
    await bob.closed;
    expect(await nester.stop()).toBe(0);
    const outside = new Nester({ env: { AERIE_ADMIN_TCP: '0.0.0.0:0' } });
    await expect(outside.start()).rejects.toThrow(/AERIE_ADMIN_TCP.*this machine only/s);
    await outside.remove();
  });

  it('is off unless it is switched on', async () => {
    const plain = await Nester.start();
    expect(plain.output).not.toContain('adminTcp');
    await plain.remove();
  });
});
