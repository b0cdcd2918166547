import type { User } from '@aerie/contract';
import { describe, expect, it } from 'vitest';
import type { SanctionTable } from '../store/schema.ts';
import { networkFrom } from './networks.ts';
import { Sanctions } from './sanctions.ts';

const row = (fields: Partial<SanctionTable>): SanctionTable => ({
  sanction_id: 's',
  kind: 'ban',
  user_id: null,
  name: '',
  network: null,
  reason: '',
  created_at: 0,
  created_by: 'ada',
  until: 100,
  lifted_at: null,
  ...fields,
});

describe('the bans of networks', () => {
  const of = (...rows: SanctionTable[]) => new Sanctions(rows, () => undefined);

  it('run out by the clock, the longest last', () => {
    const sanctions = of(
      row({ network: '192.0.2.0/24', until: 100, reason: 'spam' }),
      row({ network: '192.0.2.7/32', until: 200 }),
      row({ network: '192.0.0.0/16', until: 150 }),
    );
    expect(sanctions.banOf('192.0.2.8', 99)).toEqual({ until: 150, reason: '' });
    expect(sanctions.banOf('192.0.2.7', 199)).toEqual({ until: 200, reason: '' });
    expect(sanctions.banOf('192.0.2.7', 200)).toBeUndefined();
    expect(sanctions.banOf('192.0.2.8', 150)).toBeUndefined();
    expect(sanctions.banOf('192.1.2.8', 0)).toBeUndefined();
  });

  it('follow what is added, replaced and lifted, also for an address that was asked for before', () => {
    const sanctions = of();
    expect(sanctions.banOf('2001:db8::7', 0)).toBeUndefined();
    sanctions.keep(row({ network: '2001:db8::/32', reason: 'flood' }));
    expect(sanctions.banOf('2001:db8::7', 0)).toEqual({ until: 100, reason: 'flood' });
    sanctions.keep(row({ network: '2001:db8::/32', until: 50 }));
    expect(sanctions.banOf('2001:db8::7', 60)).toBeUndefined();
    sanctions.keep(row({ network: '2001:db9::/32' }));
    sanctions.open(networkFrom('2001:db8::/32'));
    sanctions.open(networkFrom('2001:db8::/32'));
    expect(sanctions.banOf('2001:db8::7', 0)).toBeUndefined();
    expect(sanctions.banOf('2001:db9::7', 0)).toEqual({ until: 100, reason: '' });
  });

  it('stay right for more addresses than are remembered', () => {
    const sanctions = of(row({ network: '10.0.0.0/16' }));
    for (let i = 0; i < 25_000; i++) sanctions.banOf(`11.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, 0);
    expect(sanctions.banOf('10.0.9.9', 0)).toEqual({ until: 100, reason: '' });
  });
});

describe('the mutes of accounts', () => {
  it('are what the account says, with the reason that was given for it', () => {
    const bob: User = { userId: 'bob', name: 'Bob', kind: 'person', role: 'member', disabled: false, mutedUntil: 100 };
    const sanctions = new Sanctions([row({ kind: 'mute', user_id: 'bob', until: 100, reason: 'calm' })], id =>
      id === 'bob' ? bob : undefined,
    );
    expect(() => sanctions.requireVoice('bob', 99)).toThrow(
      expect.objectContaining({ code: 'muted', params: { until: 100, because: ' (calm)' } }),
    );
    sanctions.requireVoice('bob', 100);
    sanctions.requireVoice('ann', 0);
    bob.mutedUntil = 120;
    expect(() => sanctions.requireVoice('bob', 100)).toThrow(expect.objectContaining({ params: { until: 120, because: '' } }));
  });
});
