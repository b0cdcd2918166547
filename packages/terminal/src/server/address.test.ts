import { describe, expect, it } from 'vitest';
import { WrongUsage } from '../failure.ts';
import { isThisMachine, parseAddress } from './address.ts';
import { fingerprint, parsePin } from './certificate.ts';

describe('addresses', () => {
  it.each([
    ['http://127.0.0.1:3000', { url: 'http://127.0.0.1:3000', host: '127.0.0.1', port: 3000, secure: false, webSocket: true }],
    ['http://127.0.0.1:3000/', { url: 'http://127.0.0.1:3000' }],
    ['https://Chat.Example', { url: 'https://chat.example', port: 443, secure: true, path: '/api/ws' }],
    ['https://chat.example/aerie/', { url: 'https://chat.example/aerie', path: '/aerie/api/ws' }],
    ['tcp://chat.example', { url: 'tcp://chat.example:12345', port: 12345, secure: false, webSocket: false }],
    ['tls://Chat.Example', { url: 'tls://chat.example:12346', host: 'chat.example', secure: true, webSocket: false }],
    ['tls://[::1]:5', { url: 'tls://[::1]:5', host: '::1', port: 5 }],
  ])('%s', (text, address) => {
    expect(parseAddress(text)).toMatchObject(address);
  });

  it.each([
    '',
    'dance',
    'localhost:3000',
    'ftp://host',
    'http://',
    'tcp://',
    'tls://host:99999',
    'https://bob:secret@host',
    'tcp://bob@host',
  ])('not "%s"', text => {
    expect(() => parseAddress(text)).toThrow(WrongUsage);
  });

  it('know this machine', () => {
    expect(['localhost', '127.0.0.1', '127.9.9.9', '::1'].every(isThisMachine)).toBe(true);
    expect(['127.example.org', '127.0.0.1.example.org', '10.0.0.1', '::2'].some(isThisMachine)).toBe(false);
  });
});

describe('fingerprints', () => {
  const print = fingerprint(Buffer.from('a certificate'));

  it('are read as servers, browsers and probes write them', () => {
    expect(print).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    const hex = print.replaceAll(':', '');
    const base64url = Buffer.from(hex, 'hex').toString('base64url');
    for (const text of [print, print.toLowerCase(), hex, `SHA256:${hex}`, base64url]) expect(parsePin(text)).toBe(print);
  });

  it.each(['', 'AB:CD', 'Z'.repeat(64), `${'A'.repeat(43)}=`, 'A'.repeat(42)])('not "%s"', text => {
    expect(() => parsePin(text)).toThrow(WrongUsage);
  });
});
