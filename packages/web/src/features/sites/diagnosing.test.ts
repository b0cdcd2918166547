import { expect, test } from 'vitest';
import { offeredHosts, requestOf, requestText } from './diagnosing.ts';

const typed = { host: ' 10.0.0.1 ', port: '443', type: 'A', url: 'https://box/', range: '' } as const;

test('a form is a request as soon as nothing is missing', () => {
  expect(requestOf('ping', typed)).toEqual({ do: 'ping', host: '10.0.0.1' });
  expect(requestOf('traceroute', { ...typed, host: ' ' })).toBeUndefined();
  expect(requestOf('tcp', typed)).toEqual({ do: 'tcp', host: '10.0.0.1', port: 443 });
  for (const port of ['', '0', '65536', '1.5', 'x']) expect(requestOf('tcp', { ...typed, port })).toBeUndefined();
  expect(requestOf('dns', { ...typed, type: 'MX' })).toEqual({ do: 'dns', name: '10.0.0.1', type: 'MX' });
  expect(requestOf('http', typed)).toEqual({ do: 'http', url: 'https://box/' });
  expect(requestOf('http', { ...typed, url: 'ftp://box' })).toBeUndefined();
  expect(requestOf('scan', typed)).toEqual({ do: 'scan' });
  expect(requestOf('scan', { ...typed, range: '10.0.0.0/24' })).toEqual({ do: 'scan', targets: ['10.0.0.0/24'] });
});

test('what was asked is shown as one would type it', () => {
  expect(requestText({ do: 'tcp', host: 'box', port: 22 })).toBe('box 22');
  expect(requestText({ do: 'scan' })).toBe('');
});

test('devices and targets are offered, each once', () => {
  const devices = [{ address: '10.0.0.1', hostname: 'box' }] as never;
  const policy = { wanTargets: ['10.0.0.1', 'wan.example'], providerTargets: [], dnsNames: ['wan.example'] } as never;
  expect(offeredHosts({ devices, policy }).map(({ value }) => value)).toEqual(['10.0.0.1', 'wan.example']);
});
