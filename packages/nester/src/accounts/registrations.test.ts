import { expect, it } from 'vitest';
import { Registrations } from './registrations.ts';

const settings = { registrationsPerAddress: 2, failureSeconds: 300 };

it('takes so many from one network within the window', () => {
  const registrations = new Registrations(settings);
  expect(registrations.take('192.0.2.7', 0)).toBe(0);
  expect(registrations.take('192.0.2.7', 10_000)).toBe(0);
  expect(registrations.take('192.0.2.7', 20_000)).toBe(280);
  expect(registrations.take('192.0.2.8', 20_000)).toBe(0);
  expect(registrations.take('192.0.2.7', 300_000)).toBe(0);
  expect(registrations.take('192.0.2.7', 300_000)).toBe(10);
});

it('asks nobody to wait longer because the clock is set back', () => {
  const registrations = new Registrations(settings);
  for (const now of [3_600_000, 3_600_000]) expect(registrations.take('192.0.2.7', now)).toBe(0);
  expect(registrations.take('192.0.2.7', 1_000)).toBe(300);
});

it('counts all addresses of one IPv6 customer as one, and no account that was not made', () => {
  const registrations = new Registrations(settings);
  for (const address of ['2001:db8:1:2::a', '2001:db8:1:2::b']) expect(registrations.take(address, 0)).toBe(0);
  expect(registrations.take('2001:db8:1:2::c', 0)).toBe(300);
  registrations.giveBack('2001:db8:1:2::d');
  expect(registrations.take('2001:db8:1:2::c', 0)).toBe(0);
});

it('keeps no more networks than it has room for', () => {
  const registrations = new Registrations(settings, 10);
  for (let i = 0; i < 30; i++) registrations.take(`192.0.2.${i}`, i);
  expect(registrations.size).toBe(10);
  registrations.giveBack('192.0.2.29');
  expect(registrations.size).toBe(9);
});
