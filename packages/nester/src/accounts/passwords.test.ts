import { describe, expect, it } from 'vitest';
import { isCommon } from './common-passwords.ts';
import { weakness } from './passwords.ts';

describe('a weak password', () => {
  it.each([
    ['elevenchars', 'short'],
    ['éééééé', 'short'],
    ['xX-Alice-2026-Xx', 'has_name'],
    ['ALICE%%%%%%%%%', 'has_name'],
    ['Password2026!!', 'common'],
  ] as const)('%s is %s', (password, reason) => {
    expect(weakness(password, 'Alice', 12)).toBe(reason);
  });

  it('contains the name without its spaces too', () => {
    expect(weakness('quatre-jeandupont-mars', 'Jean Dupont', 12)).toBe('has_name');
  });

  it('contains a short name as a word of its own only', () => {
    expect(weakness('lampadaire-au-coin', 'Ada', 12)).toBeUndefined();
    expect(weakness('xx-ADA42-parapluie', 'Ada', 12)).toBe('has_name');
  });

  it('is none when it is long, unknown and not about the name', () => {
    expect(weakness('hibou-perche-42-lampadaire', 'Alice', 12)).toBeUndefined();
    expect(weakness('Zq7%mVt2#kLw', 'Al', 12)).toBeUndefined();
    expect(weakness('chat-élan-mûr', 'Alice', 12)).toBeUndefined();
  });

  it('is counted in characters, however accents are composed', () => {
    const decomposed = 'e\u0301'.repeat(6);
    expect(weakness(decomposed, 'Alice', 12)).toBe('short');
  });
});

describe('a common password', () => {
  it.each([
    'password',
    'PASSWORD',
    'Password123456',
    '!!motdepasse2026!!',
    'p@ssw0rd12345',
    'M0tD3P@sse!!!!',
    'azertyuiop123',
    'passwordpassword',
    'soleilsoleil75',
    '123456789012',
    '098765432109',
    'abcdefghijkl',
    'lkjhgfdsapoi'.slice(0, 9),
    'aaaaaaaaaaaaa',
    'ababababababab',
    'x7k%x7k%x7k%',
    'JeTaime2026!!!',
    'doudou-2010',
    'Marseille13013',
  ])('%s', password => {
    expect(isCommon(password)).toBe(true);
  });

  it.each(['correct-horse-battery-9', '7Kx%92!!40pQ', 'le chat dort au soleil', '20260714185542', 'hibou-perche-42-lampadaire'])(
    '%s is none',
    password => {
      expect(isCommon(password)).toBe(false);
    },
  );
});
