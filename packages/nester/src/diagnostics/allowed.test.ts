import { type DiagnosticRequest, firstPolicy, type Policy } from '@aerie/contract';
import { expect, it } from 'vitest';
import { notAllowed } from './allowed.ts';

const policy: Policy = {
  ...firstPolicy,
  ranges: ['10.0.0.0/24', 'fd00::/64'],
  exclude: ['10.0.0.66', '192.0.2.8'],
  wanTargets: ['192.0.2.1', '192.0.2.2:443', '192.0.2.8', 'wan.example'],
  providerTargets: ['[2001:db8::1]:53'],
  httpChecks: ['http://192.0.2.3/x'],
};
const ping = (host: string): DiagnosticRequest => ({ do: 'ping', host, count: 5 });
const scan = (...targets: string[]): DiagnosticRequest => ({ do: 'scan', targets });
const http = (url: string): DiagnosticRequest => ({ do: 'http', url });

it.each<[DiagnosticRequest]>([
  [ping('10.0.0.1')],
  [ping('fd00::1')],
  [ping('::ffff:10.0.0.1')],
  [ping('192.0.2.1')],
  [ping('192.0.2.2')],
  [ping('192.0.2.3')],
  [ping('2001:db8::1')],
  // What a name means is known at the probe alone, which looks again.
  [ping('anything.example')],
  [{ do: 'dns', name: 'anything.example', type: 'A' }],
  [{ do: 'scan' }],
  [scan('10.0.0.0/24', '10.0.0.128/25', '10.0.0.7', 'fd00::/65')],
  [http('http://10.0.0.1:8080/x')],
  [http('https://[fd00::1]/')],
])('%j is allowed', request => {
  expect(notAllowed(policy, request)).toBeUndefined();
});

it.each<[DiagnosticRequest, string]>([
  [ping('10.0.1.1'), '10.0.1.1'],
  [ping('10.0.0.66'), '10.0.0.66'],
  [ping('::ffff:10.0.0.66'), '::ffff:10.0.0.66'],
  [ping('192.0.2.8'), '192.0.2.8'],
  [ping('fd00:1::1'), 'fd00:1::1'],
  [{ do: 'tcp', host: '192.0.2.9', port: 22 }, '192.0.2.9'],
  [scan('10.0.0.0/23'), '10.0.0.0/23'],
  [scan('10.0.0.1', '0.0.0.0/0'), '0.0.0.0/0'],
  [scan('nonsense'), 'nonsense'],
  [scan('10.0.0.1/99'), '10.0.0.1/99'],
  [http('http://10.0.1.1/'), '10.0.1.1'],
  [http('http://user:secret@10.0.0.1/'), 'http://10.0.0.1/'],
])('%j is not allowed', (request, what) => {
  expect(notAllowed(policy, request)).toBe(what);
});

it('nothing is allowed that the policy does not list', () => {
  expect(notAllowed({ ...policy, diagnostics: ['ping'] }, scan('10.0.0.1'))).toBe('scan');
});

it('where the gateway is a target, the probe alone knows which address that is', () => {
  expect(notAllowed({ ...policy, gateway: 'auto' }, ping('10.0.1.1'))).toBeUndefined();
  expect(notAllowed({ ...policy, gateway: 'auto' }, ping('10.0.0.66'))).toBe('10.0.0.66');
});
