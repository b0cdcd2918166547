import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { wholeHistory } from '../kit/history.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';
import { root } from '../kit/scratch.ts';
import { within } from '../kit/wait.ts';

describe('examples/frames.mjs', () => {
  let nester: Nester;
  let alice: Person;
  let channelId: string;
  let passwordFile: string;
  const running: ChildProcess[] = [];

  beforeAll(async () => {
    nester = await Nester.start();
    const admin = await firstAdministrator(nester);
    alice = await newPerson(nester, admin, 'alice');
    await newPerson(nester, admin, 'bob');
    channelId = await channelNamed(alice, 'général');
    passwordFile = join(nester.folder, 'password.txt');
    writeFileSync(passwordFile, `${password}\n`);
  });
  afterEach(() => {
    for (const child of running.splice(0)) child.kill('SIGKILL');
  });
  afterAll(() => nester.remove());

  function start(...args: string[]) {
    const { host, port } = nester.tcp;
    const child = spawn(process.execPath, [join(root, 'examples/frames.mjs'), ...args, host, String(port)], { stdio: 'pipe' });
    running.push(child);
    const printed = { out: '', error: '' };
    child.stdout.setEncoding('utf8').on('data', text => {
      printed.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', text => {
      printed.error += text;
    });
    const ended = once(child, 'close').then(([code]) => code as number);
    return { child, printed, ended: () => within(30_000, 'the end of the program', ended) };
  }

  /** Resolves when a text is printed. */
  async function prints({ child, printed }: ReturnType<typeof start>, text: string): Promise<void> {
    while (!printed.out.includes(text)) await within(20_000, `"${text}"`, once(child.stdout!, 'data'));
  }

  it('says every line once and hears every word once, though the server is killed meanwhile', async () => {
    const bob = start('--user', 'bob', '--password-file', passwordFile);
    bob.child.stdin.write('premier\n');
    // Whoever is told that bob spoke knows that bob listens: he follows the log before he says anything.
    for (let heard = false; !heard; ) heard = (await wholeHistory(alice, channelId)).some(({ content }) => content === 'premier');
    await alice.http.call('message.send', { channelId, content: 'avant la\u2028coupure' });
    await prints(bob, 'alice: avant la coupure\n');
    const lines = Array.from({ length: 200 }, (_, i) => `ligne ${i}`);
    bob.child.stdin.write(`${lines.slice(0, 100).join('\n')}\n`);
    await nester.kill();
    bob.child.stdin.write(`${lines.slice(100).join('\n')}\n`);
    await nester.start();
    await alice.http.call('message.send', { channelId, content: 'après la coupure' });
    await prints(bob, 'alice: après la coupure\n');
    bob.child.stdin.end();
    expect(await bob.ended()).toBe(0);
    expect(bob.printed).toEqual({ out: 'alice: avant la coupure\nalice: après la coupure\n', error: '' });
    const said = (await wholeHistory(alice, channelId)).filter(({ authorName }) => authorName === 'bob').map(({ content }) => content);
    expect(said.toSorted()).toEqual(['premier', ...lines].toSorted());
  });

  it('says in one line why it cannot', async () => {
    const wrong = join(nester.folder, 'wrong.txt');
    writeFileSync(wrong, 'not the password\n');
    const refused = start('--user', 'bob', '--password-file', wrong);
    expect(await refused.ended()).toBe(1);
    expect(refused.printed.error).toBe('Login failed. Check the name and the password.\n');
    const lost = start('--user', 'bob', '--password-file', passwordFile, '--channel', 'nulle-part');
    expect(await lost.ended()).toBe(1);
    expect(lost.printed.error).toMatch(/^There is no such channel/);
    expect(await start().ended()).toBe(2);
  });
});
