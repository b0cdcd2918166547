import { expect, it } from 'vitest';
import { deliveryErrorIn, deliveryTrouble } from './delivery-words.ts';
import { AppError } from './errors.ts';

it('says in French what is kept in English, and leaves a server its own words', () => {
  const french = (error: string) => deliveryErrorIn('fr', error);
  expect(french(deliveryTrouble('route_off'))).toBe('la destination a été désactivée');
  expect(french(deliveryTrouble('answered', { status: 503 }))).toBe('réponse 503');
  expect(french(deliveryTrouble('redirects', { status: 307 }))).toContain('réponse 307 : les redirections');
  expect(french(deliveryTrouble('no_channel', { channel: 'a.*b' }))).toContain('pas de canal #a.*b');
  expect(french(new AppError('secrets_locked', { reason: '/x is missing' }).message)).toMatch(
    /^Les secrets ne peuvent pas être ouverts : \/x is missing/,
  );
  for (const words of ['550 5.1.1 no such user', 'it answered', 'connect ECONNREFUSED 127.0.0.1:25']) expect(french(words)).toBe(words);
  expect(deliveryErrorIn('en', deliveryTrouble('refused_for', { addresses: 'a@b.example' }))).toBe('refused for a@b.example');
});
