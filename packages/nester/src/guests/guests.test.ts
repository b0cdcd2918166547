import { describe, expect, it, vi } from 'vitest';
import { Guests } from './guests.ts';
import { guestKey, isReservedName } from './names.ts';
import { Reservations } from './reservations.ts';

const limits = { guests: 4, guestsPerAddress: 2 };
const near = '192.0.2.7';

describe('a guest name', () => {
  it.each([
    ['Alice.', 'alice'],
    ['A l i c e', 'alice'],
    ['ÀLÏCE', 'alice'],
    ['ａｌｉｃｅ', 'alice'],
    ["d'Artagnan_", 'dartagnan'],
    ['аlice', 'alice'],
    ['АLІСЕ', 'alice'],
    ['ΑLΙCΕ', 'alice'],
    ['aIice', 'alice'],
    ['a1ice', 'alice'],
    ['aliceʼ', 'alice'],
    ['ali\u034fce\u3164', 'alice'],
    ['Rornain', 'romain'],
  ])('%s looks like %s', (typed, name) => expect(guestKey(typed)).toBe(guestKey(name)));

  it.each([
    ['Eva', 'Ava'],
    ['invité 10', 'invité 1'],
    ['Зоя', 'Юля'],
  ])('%s does not look like %s', (one, other) => expect(guestKey(one)).not.toBe(guestKey(other)));

  it.each(['Admin', 'MODÉRATEUR', 'sys-tem', 'Serveur', 'root', 'Ａerie', 'Аdmin', 'admın', 'R00T'])('%s speaks for the house', name =>
    expect(isReservedName(name)).toBe(true),
  );
});

describe('Guests', () => {
  it('are counted, in all and from one network', () => {
    const guests = new Guests(limits, [], () => undefined);
    const [one] = [guests.enter(undefined, near, 'un', 0), guests.enter(undefined, near, 'deux', 0)];
    expect(() => guests.enter(undefined, near, 'trois', 0)).toThrow(/too many guests/);
    guests.enter(undefined, '2001:db8:1:2::1', 'trois', 0);
    guests.enter(undefined, '2001:db8:1:2::2', 'quatre', 0);
    expect(() => guests.enter(undefined, '203.0.113.1', 'cinq', 0)).toThrow(/too many guests/);
    guests.leave(one.guestId);
    guests.enter(undefined, '203.0.113.1', 'un', 0);
  });

  it('change name, a few times', () => {
    const moved = vi.fn();
    const guests = new Guests(limits, ['Alice'], moved);
    const { guestId } = guests.enter(undefined, near, 'bob', 0);
    expect(guests.enter(guestId, near, 'Bob', 0).name).toBe('Bob');
    expect(guests.enter(guestId, near, undefined, 0).name).toBe('Bob');
    for (let i = 0; i < 4; i++) guests.enter(guestId, near, `bob${i}`, 0);
    expect(() => guests.enter(guestId, near, 'bob9', 9_999)).toThrow(/Too many requests/);
    expect(guests.enter(guestId, near, 'bob9', 10_000).name).toBe('bob9');
    expect(() => guests.enter(guestId, near, 'a.l.i.c.e', 50_000)).toThrow(/belongs to somebody/);
    expect(guests.present()).toEqual([{ guestId, name: 'bob9', state: 'online' }]);
    expect(guests.present()).toBe(guests.present());
    expect(moved).toHaveBeenCalledTimes(7);
  });

  it('lose a name that an account gets, and are not seen until they have another', () => {
    const guests = new Guests(limits, [], () => undefined);
    const { guestId } = guests.enter(undefined, near, 'carol', 0);
    guests.accountMade('Çarol');
    expect(() => guests.requireName(guestId, 'carol')).toThrow(/belongs to somebody/);
    expect(guests.present()).toEqual([]);
    expect(guests.enter(guestId, near, undefined, 0).name).toBe('invité');
    expect(guests.requireName(guestId, 'invité')).toBe('invité');
  });

  it('who are invisible are not seen', () => {
    const guests = new Guests(limits, [], () => undefined);
    const { guestId } = guests.enter(undefined, near, undefined, 0);
    guests.setState(guestId, 'invisible');
    expect(guests.present()).toEqual([]);
    guests.setState(guestId, 'dnd');
    expect(guests.present()).toMatchObject([{ name: 'invité', state: 'dnd' }]);
  });
});

describe('Reservations', () => {
  it('are kept for ten minutes, for whoever knows the password', () => {
    const reservations = new Reservations(limits);
    reservations.reserve('Invité_a_1', 'pass', near, 0);
    expect(() => reservations.reserve('invite_A_1', 'pass', near, 0)).toThrow(/belongs to somebody/);
    expect(reservations.claim('Invité_a_1', 'other', 0)).toBeUndefined();
    expect(reservations.claim('invité_a_1', 'pass', 599_999)).toBe('Invité_a_1');
    expect(reservations.claim('Invité_a_1', 'pass', 600_000)).toBeUndefined();
  });

  it('are bounded, and outlive no clock that was set back', () => {
    const reservations = new Reservations(limits);
    reservations.reserve('un', 'p', near, 1_000_000);
    reservations.reserve('deux', 'p', near, 1_000_000);
    expect(() => reservations.reserve('trois', 'p', near, 1_000_000)).toThrow(/too many guests/);
    reservations.reserve('trois', 'p', near, 0);
    expect(reservations.holds('un', 0)).toBe(false);
  });
});
