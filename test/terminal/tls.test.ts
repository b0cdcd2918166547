import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LineClient } from '../kit/line-client.ts';
import { needs } from '../kit/needs.ts';
import { Nester } from '../kit/nester.ts';
import { password } from '../kit/people.ts';
import { Scripts } from './classcord.ts';
import { Pane } from './pane.ts';

let nester: Nester;
/** On the port without TLS. */
let ada: LineClient;
let urls: { https: string; tls: string };
let fingerprint: string;

beforeAll(async () => {
  nester = await Nester.start({ args: ['--lan'], env: { AERIE_TCP_TLS: '127.0.0.1:0' } });
  const token = new URL(await nester.setupLink()).hash.slice(1);
  ada = await LineClient.connect(nester.tcp);
  await ada.ask('setup.complete', { token, name: 'Ada', password, language: 'en' });
  const port = /"tcpTls":"127\.0\.0\.1:(\d+)"/.exec(nester.output)![1]!;
  urls = { https: nester.httpUrl.replace('http:', 'https:'), tls: `tls://127.0.0.1:${port}` };
  fingerprint = /(?:[0-9A-F]{2}:){31}[0-9A-F]{2}/.exec(nester.output)![0];
});
afterAll(async () => {
  await ada?.close();
  await nester?.remove();
});

describe.each(['https', 'tls'] as const)('classcord over %s with a certificate that signed itself', scheme => {
  const scripts = new Scripts();
  const logIn = (...args: string[]) => scripts.run(['login', urls[scheme], '--name', 'Ada', '--password-stdin', ...args], password);
  const wrong = Array.from({ length: 32 }, () => 'AB').join(':');

  it('is not taken in silence: its fingerprint is told', async () => {
    const { sessions } = await ada.ask('session.list', {});
    const { code, err } = await logIn();
    expect(code).toBe(1);
    expect(err).toContain(`Its SHA-256 fingerprint is ${fingerprint}.`);
    expect((await ada.ask('session.list', {})).sessions).toHaveLength(sessions.length);
  });

  it('is not taken for another', async () => {
    const { code, err } = await logIn('--pin', wrong);
    expect(code).toBe(1);
    expect(err).toContain('is not the one that was accepted');
    expect(err).toContain(fingerprint);
  });

  it('is accepted by its fingerprint, and known from then on', async () => {
    expect(await logIn('--pin', fingerprint.toLowerCase().replaceAll(':', ''))).toMatchObject({ code: 0 });
    expect(await scripts.run(['send', '#dev'], `par ${scheme} 日本\n`)).toEqual({ code: 0, out: '', err: '' });
    expect((await scripts.run(['tail', '#dev', '-n', '1'])).out).toContain(`<Ada> par ${scheme} 日本`);
  });

  it('says what fits when TLS is spoken to a port without it, and the other way round', async () => {
    const plainPort = `${scheme}://127.0.0.1:${nester.tcp.port}`;
    const noTls = await scripts.run(['login', plainPort, '--name', 'Ada', '--password-stdin'], password);
    expect(noTls).toMatchObject({ code: 1, err: expect.stringContaining('does not speak TLS') });
    const noPlain = urls[scheme].replace('https:', 'http:').replace('tls:', 'tcp:');
    const answer = await scripts.run(['login', noPlain, '--name', 'Ada', '--password-stdin'], password);
    expect(answer.code).toBe(1);
    expect(answer.err).toMatch(/is not Classcord|closed the connection/);
    expect(nester.output).not.toContain(password);
  });
});

needs('tmux')('classcord before a certificate that nobody vouches for', () => {
  let pane: Pane;
  beforeAll(() => {
    pane = new Pane();
  });
  afterAll(() => pane?.close());

  it('shows the fingerprint and sends nothing until it is accepted', async () => {
    pane.classcord(urls.tls);
    await pane.shows(fingerprint);
    await pane.shows('Accept it from now on? (yes/no)');
    pane.say('no');
    await pane.shows('The certificate was not accepted. Nothing was sent.');
  });

  it('asks once', async () => {
    pane.classcord(urls.tls);
    await pane.holds('the question', text => text.includes('Accept it from now on? (yes/no)') && !text.includes('Nothing was sent.'));
    pane.say('yes');
    await pane.shows('Name:');
    pane.say('Ada');
    pane.say(password);
    await pane.shows('● connected Ada');
    pane.say('/quit');
    await pane.holds('the shell', text => !text.includes('connected'));
    pane.classcord(urls.tls);
    await pane.shows('● connected Ada');
    expect(pane.text).not.toContain('fingerprint');
  });
});
