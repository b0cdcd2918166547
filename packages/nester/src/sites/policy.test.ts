import { type AppError, errorSentence, firstPolicy } from '@aerie/contract';
import { describe, expect, it } from 'vitest';
import { changedPolicy, normalPorts, normalRange } from './policy.ts';

describe('a range', () => {
  it.each([
    ['10.1.2.3/24', '10.1.2.0/24'],
    ['192.168.1.7', '192.168.1.7/32'],
    [' 127.0.0.1/32 ', '127.0.0.1/32'],
    ['FD00:0:0::1/120', 'fd00::/120'],
    ['::1', '::1/128'],
    ['172.16.0.0/16', '172.16.0.0/16'],
  ])('%s becomes %s', (typed, kept) => {
    expect(normalRange(typed)).toBe(kept);
  });

  it.each([
    '',
    'lan',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/24/24',
    '10.0.0/24',
    '0x0a.0.0.1',
    '010.0.0.1',
    '10.0.0.0/8',
    '0.0.0.0/0',
    '0.0.0.0/24',
    'fd00::/64',
    '::/0',
    'ff02::1/128',
    '224.0.0.0/24',
    '255.255.255.255',
    '240.0.0.0/24',
    '::ffff:10.0.0.1',
    'fe80::1%eth0',
    '10.0.0.1 -oN /etc/passwd',
  ])('%j is refused', typed => {
    expect(() => normalRange(typed)).toThrow(expect.objectContaining({ code: 'bad_policy' }));
  });
});

it('says what is wrong in the language of whoever reads it', () => {
  try {
    normalRange('10.0.0.0/8');
    expect.unreachable();
  } catch (error) {
    const { code, params, message } = error as AppError;
    expect(message).toBe('This policy cannot be followed: "10.0.0.0/8" has more than 65536 addresses.');
    expect(errorSentence(code, params, 'fr')).toBe(
      'Cette politique ne peut pas être appliquée : "10.0.0.0/8" compte plus de 65536 adresses.',
    );
  }
});

describe('ports', () => {
  it('are kept in order, each once', () => {
    expect(normalPorts('443,80-82,81,83,1,65535')).toBe('1,80-83,443,65535');
    expect(normalPorts(firstPolicy.ports)).toBe(firstPolicy.ports);
  });
  it.each(['0', '65536', '90-80', '1,0'])('%s is refused', typed => {
    expect(() => normalPorts(typed)).toThrow(expect.objectContaining({ code: 'bad_policy' }));
  });
});

describe('a changed policy', () => {
  it('grows its version with each real change', () => {
    const wider = changedPolicy(firstPolicy, { ranges: ['127.0.0.1', '10.0.0.9/24', '10.0.0.0/24'] });
    expect(wider).toEqual({ ...firstPolicy, version: 2, ranges: ['127.0.0.1/32', '10.0.0.0/24'] });
    expect(changedPolicy(wider, { ranges: ['127.0.0.1/32', '10.0.0.0/24'] })).toBe(wider);
  });
  it.each(['-f', '--help', '1.2.3', 'a b', 'a..b', 'x;reboot', '$(id)', ''])('refuses %j as a WAN target', target => {
    expect(() => changedPolicy(firstPolicy, { wanTargets: [target] })).toThrow(expect.objectContaining({ code: 'bad_policy' }));
  });
  it('takes names and addresses as WAN targets', () => {
    expect(changedPolicy(firstPolicy, { wanTargets: ['Example.COM', '192.0.2.1', '::1'] }).wanTargets).toEqual([
      'example.com',
      '192.0.2.1',
      '::1',
    ]);
  });
});

describe('what else a policy names', () => {
  const changed = (change: Parameters<typeof changedPolicy>[1]) => changedPolicy(firstPolicy, change);

  it('is kept in its one spelling, each once', () => {
    expect(
      changed({
        exclude: ['10.0.0.7', '10.0.0.9/8', '10.0.0.7/32'],
        udpPorts: '161,53,161',
        providerTargets: ['Provider.Example', 'provider.example', '192.0.2.1'],
        dnsNames: ['Example.ORG'],
        httpChecks: ['HTTPS://Example.org', 'https://example.org/#top'],
        zone: 'Europe/Paris',
      }),
    ).toMatchObject({
      exclude: ['10.0.0.7/32', '10.0.0.0/8'],
      udpPorts: '53,161',
      providerTargets: ['provider.example', '192.0.2.1'],
      dnsNames: ['example.org'],
      httpChecks: ['https://example.org/'],
      zone: 'Europe/Paris',
    });
  });

  it.each([
    [{ exclude: ['the printer'] }, 'not_a_range'],
    [{ udpPorts: '0' }, 'not_ports'],
    [{ providerTargets: ['-f'] }, 'not_a_host'],
    [{ dnsNames: ['a b'] }, 'not_a_host'],
    [{ httpChecks: ['file:///etc/passwd'] }, 'not_a_page'],
    [{ httpChecks: ['https://user:secret@example.org'] }, 'not_a_page'],
    [{ zone: 'Kansas' }, 'not_a_zone'],
  ])('%j is refused', (change, reason) => {
    expect(() => changed(change)).toThrow(expect.objectContaining({ code: 'bad_policy', params: expect.objectContaining({ reason }) }));
  });
});
