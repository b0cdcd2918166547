import { expect, test } from 'vitest';
import { isLoopbackHost, isOwnHost, parseListenAddress } from './address.ts';

test.each([
  ['127.0.0.1:5000', { host: '127.0.0.1', port: 5_000 }],
  ['[::1]:0', { host: '::1', port: 0 }],
  ['localhost:80', { host: 'localhost', port: 80 }],
  ['5000', undefined],
  ['127.0.0.1', undefined],
  ['127.0.0.1:65536', undefined],
  ['[127.0.0.1]:80', undefined],
  ['http://127.0.0.1:80', undefined],
])('%s is read as an address to listen on', (text, address) => {
  expect(parseListenAddress(text)).toEqual(address);
});

test('only this machine reaches loopback', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) expect(isLoopbackHost(host), host).toBe(true);
  for (const host of ['0.0.0.0', '::', '192.168.1.4', '127.evil.example', 'probe']) expect(isLoopbackHost(host), host).toBe(false);
});

test('a page of another name is not meant for this machine, wherever that name points', () => {
  for (const host of [
    '127.0.0.1:5000',
    '[::1]:5000',
    'localhost',
    'LOCALHOST:1',
    '192.168.1.4:5000',
    'Probe:5000',
    'probe.local',
    'probe.site.example',
  ])
    expect(isOwnHost(host, '0.0.0.0', 'probe.site.example'), host).toBe(true);
  for (const host of ['evil.example', '127.0.0.1.evil.example:5000', 'probe.evil.example', '', undefined, '[evil]', 'a:b:c'])
    expect(isOwnHost(host, '0.0.0.0', 'probe.site.example'), String(host)).toBe(false);
});
