import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { firstAdministrator, password } from '../kit/people.ts';

// What hashes passwords is a process of its own: it may die, and the server may.
let nester: Nester;

beforeAll(async () => {
  nester = await Nester.start();
  await firstAdministrator(nester);
});
afterAll(() => nester.remove());

/** The process that hashes for this Nester, if there is one. */
function hashingPid(pid = nester.pid): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  return children.find(child => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('hashing-program'));
}

/** One that has ended and that nobody has asked how is not there any more. */
const isThere = (pid: number) => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

async function logIn(as = password) {
  const line = await LineClient.connect(nester.tcp);
  try {
    return (await line.ask('session.logIn', { user: 'Ada', password: as })) as { me: { name: string } };
  } finally {
    await line.close();
  }
}

it.runIf(process.platform === 'linux')('lets everybody in, one after the other, when what hashes dies again and again', async () => {
  const entering = Promise.all(Array.from({ length: 40 }, () => logIn()));
  for (let died = 0; died < 3; died++) {
    const pid = await vi.waitFor(() => {
      const found = hashingPid();
      expect(found).toBeDefined();
      return found!;
    });
    process.kill(pid, 'SIGKILL');
    await nester.saidTimes('The process that hashes passwords is gone', died + 1);
  }
  expect((await entering).map(({ me }) => me.name)).toEqual(Array(40).fill('Ada'));
  await expect(logIn('wrong-horse')).rejects.toThrow('login_failed');
});

it.runIf(process.platform === 'linux')('leaves nothing behind, whether it is told to stop or killed', async () => {
  for (const end of ['stop', 'kill'] as const) {
    if (!nester.isRunning) await nester.start();
    await logIn();
    const pid = hashingPid()!;
    expect(isThere(pid)).toBe(true);
    // Ctrl-C and PM2 tell it too: it goes on, for those whom the server still lets in.
    process.kill(pid, 'SIGINT');
    process.kill(pid, 'SIGTERM');
    await logIn();
    expect(hashingPid()).toBe(pid);
    await nester[end]();
    await vi.waitFor(() => expect(isThere(pid)).toBe(false), 10_000);
  }
});

it.runIf(process.platform === 'linux')('shows no password to who looks at the processes of the machine', async () => {
  await nester.start();
  await logIn();
  const pid = hashingPid()!;
  for (const file of ['cmdline', 'environ']) {
    const shown = readFileSync(`/proc/${pid}/${file}`, 'utf8');
    expect(shown).not.toContain(password);
    expect(shown).not.toContain('AERIE_');
  }
});
