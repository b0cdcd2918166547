import { describe, expect, it } from 'vitest';
import { commands } from './commands.ts';
import { time } from './fields.ts';

const isTaken = (name: keyof typeof commands, input: unknown) => commands[name].input.safeParse(input).success;

it('has no moment that a calendar cannot show', () => {
  const last = 8_640_000_000_000_000;
  expect([time.safeParse(last).success, time.safeParse(last + 1).success]).toEqual([true, false]);
  expect(isTaken('incident.snooze', { incidentId: 'i', until: Number.MAX_SAFE_INTEGER })).toBe(false);
});

describe('what names a mail server and who gets mail', () => {
  const server = { port: 25, tls: 'none', user: '', from: 'aerie@school.example' };

  it.each(['smtp.example', '192.0.2.7', 'fd00::7', 'courrier.école.example'])('may be %s', host => {
    expect(isTaken('mail.set', { server: { ...server, host } })).toBe(true);
  });

  it.each(['a\0b', 'smtp.example\r\nX: y', 'two words', ''])('holds no sign that ends a line or a text: %j', host => {
    expect(isTaken('mail.set', { server: { ...server, host } })).toBe(false);
    expect(isTaken('mail.test', { to: `${host}@school.example` })).toBe(false);
  });
});
