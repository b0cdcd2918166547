import { describe, expect, it } from 'vitest';
import { readCookie } from './cookie.ts';
import { isOwnOrigin } from './origin.ts';
import { clientAddress } from './server.ts';

describe('isOwnOrigin', () => {
  it.each([
    [{ host: 'aerie.example' }, true],
    [{ host: 'aerie.example', origin: 'https://aerie.example' }, true],
    [{ host: 'internal:3000', origin: 'https://aerie.example' }, true],
    [{ host: '192.0.2.1:3000', origin: 'https://192.0.2.1:3000' }, true],
    [{ host: '[2001:db8::1]', origin: 'https://[2001:db8::1]' }, true],
    [{ host: '192.0.2.1', origin: 'https://192.0.2.2' }, false],
    [{ host: '192.0.2.1', origin: 'http://192.0.2.1' }, false],
    [{ host: '192.0.2.1.evil.example', origin: 'https://192.0.2.1.evil.example' }, false],
    [{ host: 'aerie.example', origin: 'http://aerie.example' }, false],
    [{ host: 'aerie.example', origin: 'https://evil.example' }, false],
    [{ host: 'evil.example', origin: 'https://evil.example' }, false],
    [{ host: 'aerie.example', origin: 'https://aerie.example.evil.example' }, false],
    [{ host: 'aerie.example', origin: 'null' }, false],
  ])('with a public address, %j is %s', (headers, expected) => {
    expect(isOwnOrigin({ headers }, { publicUrl: 'https://aerie.example', isSecure: true })).toBe(expected);
  });

  it.each([
    [{ host: '192.0.2.1:3000', origin: 'http://192.0.2.1:3000' }, false, true],
    [{ host: '192.0.2.1:3000', origin: 'https://192.0.2.1:3000' }, true, true],
    [{ host: '192.0.2.1:3000', origin: 'http://192.0.2.1:3000' }, true, false],
    [{ host: 'aerie.example:3000', origin: 'http://aerie.example:4000' }, false, false],
    [{ host: 'aerie.example:3000', origin: 'null' }, false, false],
  ])('without one, %j (secure: %s) is %s', (headers, isSecure, expected) => {
    expect(isOwnOrigin({ headers }, { publicUrl: undefined, isSecure })).toBe(expected);
  });
});

describe('clientAddress', () => {
  const request = (remoteAddress: string, forwarded?: string) => ({
    socket: { remoteAddress },
    headers: forwarded ? { 'x-forwarded-for': forwarded } : {},
  });
  it('believes nobody by default', () => {
    expect(clientAddress(request('203.0.113.9', '192.0.2.7'), [])).toBe('203.0.113.9');
  });
  it('takes the last hop that is not a trusted proxy', () => {
    expect(clientAddress(request('127.0.0.1', '198.51.100.1, 192.0.2.7'), ['127.0.0.1'])).toBe('192.0.2.7');
    expect(clientAddress(request('::ffff:127.0.0.1', '192.0.2.7, 127.0.0.2'), ['127.0.0.1', '127.0.0.2'])).toBe('192.0.2.7');
  });
  it('never takes what is not an address', () => {
    expect(clientAddress(request('127.0.0.1', 'x\n192.0.2.7 evil'), ['127.0.0.1'])).toBe('127.0.0.1');
  });
});

describe('readCookie', () => {
  it('finds the value by its whole name', () => {
    expect(readCookie('a=1; aerie=tok; b=2', 'aerie')).toBe('tok');
    expect(readCookie('xaerie=1', 'aerie')).toBeUndefined();
    expect(readCookie(undefined, 'aerie')).toBeUndefined();
  });
});
