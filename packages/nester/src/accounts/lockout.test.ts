import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lockout, networkOf } from './lockout.ts';

const settings = { failures: 5, failuresPerAddress: 50, failureSeconds: 300 };
const start = 1_800_000_000_000;

describe('waiting after failures', () => {
  it('begins with the fifth within five minutes, and doubles', () => {
    const lockout = new Lockout(settings);
    let now = start;
    for (let i = 0; i < 4; i++) lockout.failed('alice', '192.0.2.7', now++);
    expect(lockout.waitSeconds('alice', '192.0.2.7', now)).toBe(0);
    const waits: number[] = [];
    for (let i = 0; i < 10; i++) {
      lockout.failed('alice', '192.0.2.7', now);
      const seconds = lockout.waitSeconds('alice', '192.0.2.7', now);
      waits.push(seconds);
      expect(lockout.waitSeconds('alice', '192.0.2.7', now + seconds * 1000 - 1)).toBe(1);
      now += seconds * 1000;
      expect(lockout.waitSeconds('alice', '192.0.2.7', now)).toBe(0);
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
  });

  it('is not longer when the clock is set back', () => {
    const lockout = new Lockout(settings);
    for (let i = 0; i < 5; i++) lockout.failed('alice', '192.0.2.7', start);
    const before = start - 3_600_000;
    expect(lockout.waitSeconds('alice', '192.0.2.7', before)).toBe(5);
    expect(lockout.waitSeconds('alice', '192.0.2.7', before + 5_000)).toBe(0);
    lockout.failed('alice', '192.0.2.7', before + 5_000);
    expect(lockout.waitSeconds('alice', '192.0.2.7', before + 5_000)).toBe(10);
  });

  it('is for one account from one address', () => {
    const lockout = new Lockout(settings);
    for (let i = 0; i < 5; i++) lockout.failed('alice', '192.0.2.7', start);
    expect(lockout.waitSeconds('alice', '192.0.2.7', start)).toBe(5);
    expect(lockout.waitSeconds('bob', '192.0.2.7', start)).toBe(0);
    expect(lockout.waitSeconds('alice', '192.0.2.8', start)).toBe(0);
  });

  it('does not come of failures that lie further apart', () => {
    const lockout = new Lockout(settings);
    for (let i = 0; i < 20; i++) {
      lockout.failed('alice', '192.0.2.7', start + i * 76_000);
      expect(lockout.waitSeconds('alice', '192.0.2.7', start + i * 76_000)).toBe(0);
    }
  });

  it('is over after a success, and forgotten after a quiet time', () => {
    const lockout = new Lockout(settings);
    for (let i = 0; i < 5; i++) lockout.failed('alice', '192.0.2.7', start);
    lockout.succeeded('alice', '192.0.2.7');
    expect(lockout.waitSeconds('alice', '192.0.2.7', start)).toBe(0);
    for (let i = 0; i < 5; i++) lockout.failed('bob', '192.0.2.7', start);
    const later = start + 5_000 + settings.failureSeconds * 1000;
    lockout.failed('bob', '192.0.2.7', later);
    expect(lockout.waitSeconds('bob', '192.0.2.7', later)).toBe(0);
  });

  it('comes for an address that tries many names, and no success there ends it', () => {
    const lockout = new Lockout(settings);
    for (let i = 0; i < 50; i++) lockout.failed(`user${i}`, '192.0.2.7', start);
    lockout.succeeded('user1', '192.0.2.7');
    expect(lockout.waitSeconds('alice', '192.0.2.7', start)).toBe(5);
    expect(lockout.waitSeconds('alice', '192.0.2.8', start)).toBe(0);
  });

  it('counts one IPv6 network as one address', () => {
    const lockout = new Lockout(settings);
    for (let i = 0; i < 50; i++) lockout.failed(`user${i}`, `2001:db8:1:2::${i.toString(16)}`, start);
    expect(lockout.waitSeconds('alice', '2001:db8:1:2:ffff::1', start)).toBe(5);
    expect(lockout.waitSeconds('alice', '2001:db8:1:3::1', start)).toBe(0);
  });

  it('keeps a bounded memory, forgetting what failed longest ago', () => {
    const lockout = new Lockout(settings, 20);
    for (let i = 0; i < 5; i++) lockout.failed('alice', '192.0.2.7', start);
    for (let i = 0; i < 8; i++) lockout.failed('x', `198.51.100.${i}`, start);
    expect(lockout.waitSeconds('alice', '192.0.2.7', start)).toBe(5);
    for (let i = 0; i < 100; i++) lockout.failed('x', `203.0.113.${i}`, start);
    expect(lockout.waitSeconds('alice', '192.0.2.7', start)).toBe(0);
    expect(lockout.size).toBeLessThanOrEqual(20);
  });

  it('never refuses before five failures of the same account and address in five minutes', () => {
    const event = fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      address: fc.constantFrom('192.0.2.1', '192.0.2.2'),
      gap: fc.integer({ min: 0, max: 200_000 }),
      right: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), events => {
        const lockout = new Lockout(settings);
        const failures: { key: string; at: number }[] = [];
        const refusedOnce = new Set<string>();
        let now = start;
        for (const { name, address, gap, right } of events) {
          now += gap;
          const key = `${name} ${address}`;
          const recent = failures.filter(one => one.key === key && one.at > now - 300_000).length;
          if (lockout.waitSeconds(name, address, now) > 0) {
            // Whoever was made to wait once goes on from there.
            if (!refusedOnce.has(key)) expect(recent).toBeGreaterThanOrEqual(5);
            refusedOnce.add(key);
          } else if (right) {
            lockout.succeeded(name, address);
            refusedOnce.delete(key);
            for (const one of failures) if (one.key === key) one.key = '';
          } else {
            lockout.failed(name, address, now);
            failures.push({ key, at: now });
          }
        }
      }),
    );
  });
});

describe('networkOf', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:DB8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['local', 'local'],
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
