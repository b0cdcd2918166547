import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { needs } from '../kit/needs.ts';
import { password } from '../kit/people.ts';
import { root } from '../kit/scratch.ts';
import { bootMs } from './machine.ts';
import { type Family, type Visitor, WebLab } from './web-lab.ts';

needs(
  'mmdebstrap',
  'nspawn',
  'netns',
)('a ban of who guesses behind nginx', () => {
  let lab: WebLab;
  let alice: Visitor;
  let bob: Visitor;

  beforeAll(async () => {
    lab = await WebLab.open();
    ({ alice, bob } = lab);
    await lab.startNester();
    await lab.firstAdministrator('Ada', password);
    for (const file of ['filter.d/classcord.conf', 'jail.d/classcord.conf', 'jail.d/aerie-sshd.conf'])
      lab.machine.write(`/etc/fail2ban/${file}`, readFileSync(join(root, 'deploy/debian/fail2ban', file)));
    await lab.machine.run('systemctl', ['restart', 'fail2ban']);
    await lab.machine.until('the jail', async () => (await jail('banip')) !== undefined);
  }, bootMs);
  afterAll(() => lab?.remove());

  const jail = async (...words: string[]) => {
    const { code, stdout } = await lab.machine.run('fail2ban-client', ['get', 'classcord', ...words], { mayFail: true });
    return code === 0 ? stdout.trim().split(/\s+/).filter(Boolean) : undefined;
  };
  const comes = (visitor: Visitor, family: Family) =>
    visitor.post('session.logIn', { user: 'Ada', password }, { family, ms: 2_000 }).then(
      ({ status }) => status,
      () => 'kept out',
    );
  const guess = {
    http: (family: Family) =>
      alice.post('session.logIn', { user: 'Ada', password: 'wrong' }, { family, headers: { 'x-forwarded-for': bob.address(family) } }),
    ws: async (family: Family) => {
      const socket = alice.webSocket({ 'x-forwarded-for': bob.address(family) }, { family });
      await once(socket, 'open');
      socket.send(JSON.stringify({ id: 1, do: 'session.logIn', input: { user: 'Ada', password: 'wrong' } }));
      await once(socket, 'message');
      socket.terminate();
    },
    probe: (family: Family) =>
      alice.post('probe.enrol', { code: 'AAAA-AAAA-AAAA-AAAA', publicKey: 'A'.repeat(43), name: 'x', version: '1' }, { family }),
  };

  it.each([
    ['http', 4],
    ['http', 6],
    ['ws', 4],
    ['ws', 6],
    ['probe', 6],
  ] as const)('is of that address and no other (%s, IPv%i)', async (door, family) => {
    const other: Family = family === 4 ? 6 : 4;
    for (let i = 0; i < 3; i++) await guess[door](family);
    await lab.machine.until('the ban', async () => (await jail('banip'))!.length > 0);
    expect(await jail('banip')).toEqual([alice.address(family)]);
    await lab.machine.until('it to hold', async () => (await comes(alice, family)) === 'kept out');
    expect([await comes(bob, family), await comes(bob, other), await comes(alice, other)]).toEqual([200, 200, 200]);
    await lab.machine.run('fail2ban-client', ['set', 'classcord', 'unbanip', alice.address(family)]);
    await lab.machine.until('the end of the ban', async () => (await comes(alice, family)) === 200);
  });
});
