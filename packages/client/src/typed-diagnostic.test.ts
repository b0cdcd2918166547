import { expect, test } from 'vitest';
import { typedDiagnostic } from './typed-diagnostic.ts';

test('a site comes first, then what to look at', () => {
  expect(typedDiagnostic('ping', ' s01  10.0.0.1 ')).toEqual({ siteCode: 'S01', request: { do: 'ping', host: '10.0.0.1' } });
  expect(typedDiagnostic('trace', 'S01 box')).toEqual({ siteCode: 'S01', request: { do: 'traceroute', host: 'box' } });
  expect(typedDiagnostic('port', 'S01 box 443')).toEqual({ siteCode: 'S01', request: { do: 'tcp', host: 'box', port: 443 } });
  expect(typedDiagnostic('dns', 'S01 box')?.request).toEqual({ do: 'dns', name: 'box', type: 'A' });
  expect(typedDiagnostic('dns', 'S01 box mx')?.request).toEqual({ do: 'dns', name: 'box', type: 'MX' });
  expect(typedDiagnostic('http', 'S01 box:8080/x')?.request).toEqual({ do: 'http', url: 'http://box:8080/x' });
  expect(typedDiagnostic('http', 'S01 https://box/')?.request).toEqual({ do: 'http', url: 'https://box/' });
  expect(typedDiagnostic('scan', 'S01')).toEqual({ siteCode: 'S01', request: { do: 'scan' } });
  expect(typedDiagnostic('scan', 'S01 10.0.0.0/24 10.0.1.7 10.0.2.0/24')?.request).toEqual({
    do: 'scan',
    targets: ['10.0.0.0/24', '10.0.1.7', '10.0.2.0/24'],
  });
});

test.each([
  ['scan', ''],
  ['ping', 'S01'],
  ['ping', 'S01 a b'],
  ['trace', 'S01 a b c'],
  ['port', 'S01 box'],
  ['port', 'S01 box https'],
  ['port', 'S01 box 443 444'],
  ['dns', 'S01 box XX'],
  ['http', 'S01 a b'],
] as const)('%s %s is not whole', (name, rest) => {
  expect(typedDiagnostic(name, rest)).toBeUndefined();
});
