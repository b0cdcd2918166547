import type { WanResult } from '@aerie/contract';
import { describe, expect, it } from 'vitest';
import { wanFault } from './wan-fault.ts';

const result = (role: WanResult['role'], received: number): WanResult => ({
  ...{ target: `${role} ${received}`, role, sent: 5, received },
  ...{ minMs: null, medianMs: null, maxMs: null },
});
/** Answers of router, provider and Internet, of five; null: not measured. */
const of = (gateway: number | null, provider: number | null, internet: number | null) =>
  wanFault([
    ...(gateway === null ? [] : [result('gateway', gateway)]),
    ...(provider === null ? [] : [result('provider', provider)]),
    ...(internet === null ? [] : [result('internet', internet)]),
  ]);

describe('whose fault it is', () => {
  it.each([
    [5, 5, 5, 'none'],
    [5, null, 5, 'answers'],
    [0, 0, 0, 'gateway'],
    [4, 4, 4, 'gatewayLoses'],
    [5, 0, 0, 'provider'],
    [5, 3, 0, 'providerLoses'],
    [5, 5, 0, 'internet'],
    [5, 5, 3, 'internetLoses'],
    [5, null, 0, 'beyond'],
    [5, null, 2, 'beyondLoses'],
    [null, null, 0, 'silent'],
    [null, 0, 0, 'silent'],
    [null, null, 3, 'loses'],
    [0, null, null, 'gateway'],
  ] as const)('router %s, provider %s, Internet %s of five: %s', (gateway, provider, internet, fault) => {
    expect(of(gateway, provider, internet)).toBe(fault);
  });

  it('is nobody’s who only keeps silent while what is beyond answers', () => {
    expect(of(0, 0, 5)).toBe('none');
    expect(of(0, 5, 0)).toBe('internet');
  });

  it('is not a part’s when one of its targets answers; a result without a part is of the Internet', () => {
    expect(wanFault([result('gateway', 5), result('internet', 0), result('internet', 5)])).toBe('answers');
    expect(wanFault([result('gateway', 5), { ...result(undefined, 0) }])).toBe('beyond');
  });

  it('is not known where nothing was measured', () => {
    expect(wanFault([])).toBeUndefined();
    expect(wanFault([{ ...result('internet', 0), sent: 0 }])).toBeUndefined();
  });
});
