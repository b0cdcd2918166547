import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';
import { until, within } from '../kit/wait.ts';

/** Enough to fill what one address may hold open. */
const lorises = 1_000;
const logIns = 300;

/** Opens a socket from an address of this machine, and begins a line that never ends. */
function beginLine(to: { host: string; port: number }, localAddress: string): Socket {
  const socket = connect({ ...to, localAddress });
  socket.on('error', () => {});
  socket.write('{"type":"log');
  return socket;
}

describe('a thousand who begin a line and never end it', () => {
  let nester: Nester;
  let admin: Person;
  let bob: Person;
  let channelId: string;

  beforeAll(async () => {
    nester = await Nester.start({ env: { AERIE_LIMITS: 'lineSeconds=4' } });
    admin = await firstAdministrator(nester);
    bob = await newPerson(nester, admin, 'Bob');
    channelId = await channelNamed(admin, 'général');
  });
  afterAll(() => nester.remove());

  it('are closed in time, and until then others talk, log in and come', async () => {
    const ear = await LineClient.connect(nester.tcp);
    await ear.ask('session.resume', { token: bob.token });
    await ear.ask('log.resume', {});
    let closed = 0;
    const listeners = new Set<() => void>();
    const sockets = Array.from({ length: lorises }, (_, i) => beginLine(nester.tcp, `127.0.1.${1 + (i % 4)}`));
    for (const socket of sockets)
      socket.once('close', () => {
        closed += 1;
        for (const listener of listeners) listener();
      });
    await within(
      20_000,
      'all of them to be connected or refused',
      Promise.all(
        sockets.map(
          socket => socket.connecting && !socket.destroyed && new Promise(done => socket.once('connect', done).once('close', done)),
        ),
      ),
    );

    for (let i = 0; i < 20; i++) {
      await admin.http.call('message.send', { channelId, content: `calm ${i}` });
      await ear.next(`calm ${i}`, line => line.event === 'message.created' && line.message.content === `calm ${i}`);
    }
    const old = await LineClient.connect(nester.tcp);
    await old.logInOld('Bob', password);
    await old.close();

    await until(
      'every one of them to be closed',
      listener => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      () => closed === lorises,
      30_000,
    );
    await ear.close();
  });
});

describe('a storm of log-ins by password', () => {
  let nester: Nester;
  beforeAll(async () => {
    nester = await Nester.start();
  });
  afterAll(() => nester.remove());

  it('holds up nobody who talks: what is said meanwhile is heard before the storm is over', async () => {
    const admin = await firstAdministrator(nester);
    const bob = await newPerson(nester, admin, 'Bob');
    const channelId = await channelNamed(admin, 'général');
    const ear = await LineClient.connect(nester.tcp);
    await ear.ask('session.resume', { token: bob.token });
    await ear.ask('log.resume', {});

    let done = 0;
    const storm = Array.from({ length: logIns }, async () => {
      const client = await LineClient.connect(nester.tcp);
      client.write({ type: 'login', username: 'Bob', password });
      const { type } = await client.next('the answer to login', () => true, 110_000);
      done += 1;
      await client.close();
      return type;
    });
    const aheadOfTheStorm: number[] = [];
    for (let i = 0; i < 30; i++) {
      await admin.http.call('message.send', { channelId, content: `in the storm ${i}` });
      await ear.next(`message ${i}`, line => line.event === 'message.created' && line.message.content === `in the storm ${i}`);
      aheadOfTheStorm.push(logIns - done);
    }
    expect(Math.min(...aheadOfTheStorm)).toBeGreaterThan(0);
    expect(new Set(await Promise.all(storm))).toEqual(new Set(['login']));
    await ear.close();
  });
});
