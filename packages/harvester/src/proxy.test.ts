import { describe, expect, test } from 'vitest';
import { machineDigest } from './clone.ts';
import { proxyFor } from './proxy.ts';
import { TokenBucket } from './token-bucket.ts';

describe('the proxy to an address', () => {
  const of = (url: string, environment: NodeJS.ProcessEnv, setting?: string) => proxyFor(new URL(url), setting, environment)?.href;

  test('is what the setting says, else what the environment says of that kind of address', () => {
    const environment = { HTTPS_PROXY: 'http://secure.example:3128', http_proxy: 'plain.example:8080' };
    expect(of('https://nester.example', environment)).toBe('http://secure.example:3128/');
    expect(of('http://nester.example', environment)).toBe('http://plain.example:8080/');
    expect(of('https://nester.example', environment, 'http://other.example:1')).toBe('http://other.example:1/');
    expect(of('https://nester.example', environment, 'off')).toBeUndefined();
    expect(of('https://nester.example', {})).toBeUndefined();
    expect(of('http://127.0.0.1:3000', environment)).toBeUndefined();
    expect(of('http://127.0.0.1:3000', environment, 'http://127.0.0.1:1')).toBe('http://127.0.0.1:1/');
  });

  test.each([
    ['nester.example', true],
    ['.example', true],
    ['*.example', true],
    ['other.example, nester.example:443', true],
    ['nester.example:8443', false],
    ['ster.example', false],
    ['*', true],
    ['', false],
  ])('is none where NO_PROXY is %j: %s', (list, direct) => {
    expect(of('https://nester.example', { HTTPS_PROXY: 'http://p.example', NO_PROXY: list }) === undefined).toBe(direct);
  });

  test.each([
    ['https://192.0.2.7', '192.0.2.0/24', true],
    ['https://192.0.2.7', '192.0.3.0/24', false],
    ['https://192.0.2.7:8443', '192.0.2.7:8443', true],
    ['https://192.0.2.7', '192.0.2.7:8443', false],
    ['https://[2001:db8::7]', '2001:db8::/32', true],
    ['https://[2001:db8::7]', '2001:db8::7', true],
    ['https://[2001:db8::7]', 'fd00::/8,0.0.0.0/0,300.0.0.0/8', false],
  ])('of %s is none where NO_PROXY is %j: %s', (url, list, direct) => {
    expect(of(url, { HTTPS_PROXY: 'http://p.example', NO_PROXY: list }) === undefined).toBe(direct);
  });
});

describe('a token bucket', () => {
  test('lets a rate through, and no more after a pause than a second of it', () => {
    let now = 0;
    const bucket = new TokenBucket(() => now);
    const kbps = 80; // 10 bytes a millisecond
    let sent = 0;
    const until = 60_000;
    while (now < until) {
      const waitMs = bucket.waitMs(kbps);
      now += waitMs;
      if (waitMs > 0) continue;
      bucket.spend(5_000, kbps);
      sent += 5_000;
    }
    expect(sent).toBeGreaterThan(10 * until);
    expect(sent).toBeLessThan(10 * until + 10_000 + 5_000);
    now += 3_600_000;
    let burst = 0;
    while (bucket.waitMs(kbps) === 0) {
      bucket.spend(5_000, kbps);
      burst += 5_000;
    }
    expect(burst).toBe(10_000);
  });

  test('follows a rate that changes', () => {
    let now = 0;
    const bucket = new TokenBucket(() => now);
    bucket.waitMs(8);
    bucket.spend(11_000, 8);
    expect(bucket.waitMs(8)).toBe(10_001);
    now += 1;
    expect(bucket.waitMs(8_000)).toBeLessThan(11);
  });
});

describe('the digest of a machine', () => {
  const facts = (change: Record<string, string> = {}, macs = ['00:00:5e:00:53:01', '00:00:5e:00:53:02']) => ({
    read(path: string) {
      const text = change[path] ?? `${path}\n`;
      if (text === 'gone') throw new Error('ENOENT');
      return text;
    },
    readlink: (path: string) => change[path] ?? path,
    hostname: () => change.hostname ?? 'box',
    macs: () => macs,
  });

  test('is the same for the same, in whatever order its cards are listed', () => {
    const one = machineDigest(facts());
    expect(one).toMatch(/^[\w-]{43}$/);
    expect(machineDigest(facts({}, ['00:00:5e:00:53:02', '00:00:5e:00:53:01', '00:00:5e:00:53:02']))).toBe(one);
    expect(machineDigest()).toBe(machineDigest());
  });

  test.each([
    { '/proc/sys/kernel/random/boot_id': 'another' },
    { '/proc/sys/kernel/random/boot_id': 'gone' },
    { '/etc/machine-id': 'another' },
    { '/proc/self/ns/net': 'net:[2]' },
    { '/proc/self/ns/pid': 'pid:[2]' },
    { hostname: 'other' },
  ])('is another one with %j', change => {
    expect(machineDigest(facts(change as unknown as Record<string, string>))).not.toBe(machineDigest(facts()));
  });

  test('is another one with other cards', () => {
    expect(machineDigest(facts({}, ['00:00:5e:00:53:03']))).not.toBe(machineDigest(facts()));
  });
});
