import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '@aerie/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';
import { root } from '../kit/scratch.ts';
import { Scripts } from './classcord.ts';

describe('classcord in pipes', () => {
  let nester: Nester;
  let bob: Person;
  let dev: string;
  const scripts = new Scripts();

  beforeAll(async () => {
    nester = await Nester.start();
    const ada = await firstAdministrator(nester);
    bob = await newPerson(nester, ada, 'Bob');
    await newPerson(nester, ada, 'Jean Dupont');
    dev = await channelNamed(bob, 'dev');
  });
  afterAll(async () => {
    scripts.close();
    await nester?.remove();
  });

  const run = (...args: string[]) => scripts.run(args);
  const history = async (channelId = dev) =>
    (await bob.http.call('message.history', { channelId, limit: 200 })).messages.map(({ content }) => content);
  const jsonLines = (out: string) =>
    out
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));

  it.each([
    [
      'no server',
      ['who', '--server', 'http://127.0.0.1:1'],
      1,
      /^classcord: You are not logged in at http:\/\/127\.0\.0\.1:1\. Log in first/,
    ],
    ['no terminal', [], 1, /needs a terminal/],
    ['a word that is nothing', ['dance'], 2, /“dance” is neither a command nor an address/],
    ['a password in an address', ['http://bob:secret@127.0.0.1:3000'], 2, /can be read by others/],
    ['an option that is none', ['send', '#dev', '--loud'], 2, /no option --loud/],
    ['a missing argument', ['send'], 2, /An argument is missing: to/],
    ['a number that is none', ['tail', '#dev', '-n', 'many'], 2, /“many” is not a whole number/],
    ['a pin that is none', ['tail', '#dev', '--pin', 'AB:CD', '--server', 'tls://127.0.0.1:1'], 2, /pin is not the SHA-256 fingerprint/],
    ['a language of its own', ['--language', 'fr', 'send'], 2, /Il manque un argument/],
  ])('answers %s with one line and its exit code', async (_, args, code, line) => {
    const answer = await run(...args);
    expect(answer).toMatchObject({ code, out: '' });
    expect(answer.err).toMatch(line);
    expect(answer.err.trim().split('\n')).toHaveLength(1);
  });

  it('says its version and, in both languages, what it can do', async () => {
    expect(await run('--version')).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+ \d{4}-\d\d-\d\d/) });
    for (const language of ['en', 'fr']) {
      const { code, out } = await run('--language', language, '--help');
      expect(code).toBe(0);
      for (const name of ['login', 'logout', 'send', 'tail', 'history', 'who', 'channels']) expect(out).toContain(`\n  ${name} `);
      expect(out.includes('Commandes')).toBe(language === 'fr');
    }
  });

  it('logs in with a password from standard input', async () => {
    const wrong = await scripts.run(['login', nester.httpUrl, '--name', 'Bob', '--password-stdin'], 'wrong');
    expect(wrong).toMatchObject({ code: 1, out: '', err: 'classcord: Login failed. Check the name and the password.\n' });
    const right = await scripts.run(['login', nester.httpUrl, '--name', 'Bob', '--password-stdin'], `${password}\n`);
    expect(right).toMatchObject({ code: 0, out: '', err: `Logged in at ${nester.httpUrl} as Bob.\n` });
    const { sessions } = await bob.http.call('session.list', {});
    expect(sessions.some(({ agent }) => /^classcord\/\d/.test(agent))).toBe(true);
  });

  it('sends each line as a message, in order', async () => {
    const lines = Array.from({ length: 600 }, (_, i) => `ligne ${i}`);
    expect(await scripts.run(['send', '#dev'], `${lines.join('\n')}\n`)).toMatchObject({ code: 0, out: '', err: '' });
    const { out } = await run('history', '#dev');
    expect(
      out
        .trimEnd()
        .split('\n')
        .map(line => line.replace(/^[\d-]+ [\d:]+ <Bob> /, '')),
    ).toEqual(lines);
  });

  it('takes a byte order as Windows writes it, blank lines for nothing, and a last line without its end', async () => {
    const windows = Buffer.concat([Buffer.from('caf'), Buffer.from([0xe9]), Buffer.from('\r\n\r\n  \nfin')]);
    expect((await scripts.run(['send', '#DEV'], windows)).code).toBe(0);
    expect((await history()).slice(-2)).toEqual(['café', 'fin']);
  });

  it('sends all as one message', async () => {
    expect((await scripts.run(['send', '#dev', '--whole'], 'un\n\ndeux\n')).code).toBe(0);
    expect((await history()).at(-1)).toBe('un\n\ndeux');
  });

  it('sends to one person', async () => {
    expect((await scripts.run(['send', '@jean dupont'], 'bonjour')).code).toBe(0);
    const { channelId } = await bob.http.call('channel.openDirect', { name: 'Jean Dupont' });
    expect(await history(channelId)).toEqual(['bonjour']);
  });

  it('names the line that is too long, having sent those before it', async () => {
    const text = `avant\n\n${'x'.repeat(limits.contentChars + 1)}\naprès\n`;
    const { code, err } = await scripts.run(['send', '#dev'], text);
    expect(code).toBe(1);
    expect(err).toBe(
      'classcord: Line 3 is longer than 16,000 characters. The lines before it were sent. Shorten it, then send from there on.\n',
    );
    expect((await history()).at(-1)).toBe('avant');
    const whole = await scripts.run(['send', '#dev', '--whole'], text);
    expect(whole).toMatchObject({ code: 1, err: expect.stringContaining('Nothing was sent.') });
  });

  it.each([
    ['a channel that is none', ['send', '#nulle-part'], 1, 'There is no channel #nulle-part for you.'],
    ['a person who is none', ['send', '@personne'], 1, 'There is nobody of the name personne.'],
    ['neither', ['send', 'dev'], 2, '“dev” is neither a #channel nor a @person.'],
    ['nothing to send', ['send', '#dev'], 1, 'There is nothing to send on standard input.'],
  ])('refuses %s', async (_, args, code, line) => {
    expect(await run(...args)).toEqual({ code, out: '', err: `classcord: ${line}\n` });
  });

  it('names the line that the server refused', async () => {
    // Read only: everybody may read it, administrators alone write.
    const ada = nester.http((await nester.http().call('session.logIn', { user: 'Ada', password })).token);
    await ada.call('channel.create', { name: 'annonces', postRole: 'admin' });
    const { channel } = await bob.http.call('channel.find', { name: 'annonces' });
    await bob.http.call('member.join', { channelId: channel.channelId });
    const { code, err } = await scripts.run(['send', '#annonces'], '\nbonjour\n');
    expect(code).toBe(1);
    expect(err).toBe(
      'classcord: Line 2 was refused: You may read #annonces, not write there. Ask an administrator. Lines that were stored: 0.\n',
    );
  });

  it('waits for a server that comes back, and stores every line once', async () => {
    const sending = scripts.start(['send', '#dev']);
    const tail = scripts.start(['tail', '#dev', '-n', '1', '--follow']);
    sending.child.stdin!.write('avant la panne\n');
    await tail.printed('the first line', out => out.includes('avant la panne'));
    await nester.kill();
    sending.child.stdin!.end('pendant la panne\n');
    await nester.start();
    expect(await sending.ended()).toMatchObject({ code: 0, err: '' });
    const kept = await history();
    expect(kept.filter(content => content.endsWith('la panne'))).toEqual(['avant la panne', 'pendant la panne']);
    await tail.printed('what came meanwhile', out => out.includes('pendant la panne'));
    tail.child.kill();
  });

  it('gives up when the server stays away', async () => {
    const sending = scripts.start(['send', '#dev', '--timeout', '1']);
    const tail = scripts.start(['tail', '#dev', '-n', '1', '--follow']);
    sending.child.stdin!.write('reçu\n');
    await tail.printed('the line', out => out.includes('reçu'));
    tail.child.kill();
    await nester.kill();
    sending.child.stdin!.end('perdu\n');
    const { code, err } = await sending.ended();
    await nester.start();
    expect(code).toBe(1);
    expect(err).toBe(
      'classcord: Line 2 and what follows were not acknowledged: The connection was lost and did not come back in 1 second.\n',
    );
  });

  it('prints the last messages, as text and as JSON', async () => {
    await bob.http.call('message.send', { channelId: dev, content: 'a\nb \u001b]0;title\u0007 \u009b2J c' });
    const text = await run('tail', '#dev', '-n', '1');
    expect(text).toMatchObject({ code: 0, err: '' });
    expect(text.out).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d <Bob> a ↵ b {3}c\n$/);
    const json = await run('tail', '#dev', '--lines', '250', '--json');
    const messages = jsonLines(json.out);
    expect(messages).toHaveLength(250);
    expect(messages.at(-1)).toMatchObject({
      channel: '#dev',
      channelId: dev,
      authorName: 'Bob',
      content: 'a\nb \u001b]0;title\u0007 \u009b2J c',
    });
    expect(json.out).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map(({ seq }) => seq).sort((a, b) => a - b));
  });

  it('follows a channel', async () => {
    const tail = scripts.start(['tail', '#dev', '--lines', '1', '--follow', '--json']);
    await tail.printed('the last line', out => out.includes('title'));
    for (const content of ['suite 1', 'suite 2']) await bob.http.call('message.send', { channelId: dev, content });
    await tail.printed('both lines', out => out.includes('suite 2'));
    expect(
      jsonLines(tail.out)
        .slice(1)
        .map(({ content }) => content),
    ).toEqual(['suite 1', 'suite 2']);
    tail.child.kill();
  });

  it('prints who is there and one’s channels', async () => {
    // Whoever only asks in a pipe is not there for that.
    expect((await run('who')).out).toBe('');
    const line = await LineClient.connect(nester.tcp);
    await line.ask('session.resume', { token: bob.token });
    expect(jsonLines((await run('who', '--json')).out)).toEqual([{ name: 'Bob', state: 'online' }]);
    await line.close();
    const channels = jsonLines((await run('channels', '--json')).out);
    expect(channels.map(({ name }) => name)).toEqual(expect.arrayContaining(['#dev', '#général', '@Jean Dupont']));
    expect(channels.find(({ name }) => name === '#dev')).toMatchObject({ unread: 0, mentions: 0, kind: 'public' });
    expect((await run('channels')).out).toMatch(/^#dev\t0\t/m);
  });

  it('tells of full disks, as the example does', async () => {
    const { code, out, err } = await scripts.shell(join(root, 'examples', 'full-disk.sh'), ['#dev', '0']);
    expect({ code, out, err }).toEqual({ code: 0, out: '', err: '' });
    expect((await history()).at(-1)).toMatch(/: \/.* is \d+% full$/);
    const before = (await history()).at(-1);
    expect((await scripts.shell(join(root, 'examples', 'full-disk.sh'), ['#dev', '101'])).code).toBe(0);
    expect((await history()).at(-1)).toBe(before);
  });

  it('ends quietly when its reader has enough', async () => {
    const reading = scripts.start(['history', '#dev', '--json']);
    await once(reading.child.stdout!, 'data');
    reading.child.stdout!.destroy();
    expect(await reading.ended()).toMatchObject({ code: 0, err: '' });
  });

  it('speaks TCP too, with a log-in of its own', async () => {
    const url = `tcp://127.0.0.1:${nester.tcp.port}`;
    expect((await scripts.run(['login', url, '--name', 'Bob', '--password-stdin'], password)).code).toBe(0);
    // The server used last is the one that is meant.
    expect((await scripts.run(['send', '#dev'], 'par TCP')).code).toBe(0);
    expect((await history()).at(-1)).toBe('par TCP');
  });

  it('ends the session and forgets it', async () => {
    const kept = () => JSON.parse(readFileSync(join(scripts.config, 'classcord', 'settings.json'), 'utf8')).servers[nester.httpUrl];
    const { token } = kept();
    expect(await run('logout', nester.httpUrl)).toMatchObject({ code: 0, err: `Logged out of ${nester.httpUrl}.\n` });
    expect(kept().token).toBeUndefined();
    await expect(nester.http(token).call('session.show', {})).rejects.toMatchObject({ code: 'not_logged_in' });
    expect(await run('who', '--server', nester.httpUrl)).toMatchObject({ code: 1, err: expect.stringContaining('You are not logged in') });
  });
});
