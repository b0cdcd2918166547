import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../accounts/hashing.ts';
import { SourceFault } from './source.ts';
import { readUsersPickle } from './users-pickle.ts';

/**
 * What Python 3 writes, with pickle.dumps(…, protocol), of
 * {'alice': 'azerty', 'zoé': 'pässwörd €', 'bob': 'a\\b\n\\u0041 👍', 'ALICE': 'second'}
 */
const people = [
  'KGRwMApWYWxpY2UKcDEKVmF6ZXJ0eQpwMgpzVnpv6QpwMwpWcORzc3f2cmQgXHUyMGFjCnA0CnNWYm9iCnA1ClZhXHUwMDVjYlx1MDAwYVx1MDA1Y3UwMDQxIFxVMDAwMWY0NGQKcDYKc1ZBTElDRQpwNwpWc2Vjb25kCnA4CnMu',
  'fXEAKFgFAAAAYWxpY2VxAVgGAAAAYXplcnR5cQJYBAAAAHpvw6lxA1gOAAAAcMOkc3N3w7ZyZCDigqxxBFgDAAAAYm9icQVYDwAAAGFcYgpcdTAwNDEg8J+RjXEGWAUAAABBTElDRXEHWAYAAABzZWNvbmRxCHUu',
  'gAJ9cQAoWAUAAABhbGljZXEBWAYAAABhemVydHlxAlgEAAAAem/DqXEDWA4AAABww6Rzc3fDtnJkIOKCrHEEWAMAAABib2JxBVgPAAAAYVxiClx1MDA0MSDwn5GNcQZYBQAAAEFMSUNFcQdYBgAAAHNlY29uZHEIdS4=',
  'gAN9cQAoWAUAAABhbGljZXEBWAYAAABhemVydHlxAlgEAAAAem/DqXEDWA4AAABww6Rzc3fDtnJkIOKCrHEEWAMAAABib2JxBVgPAAAAYVxiClx1MDA0MSDwn5GNcQZYBQAAAEFMSUNFcQdYBgAAAHNlY29uZHEIdS4=',
  'gASVVwAAAAAAAAB9lCiMBWFsaWNllIwGYXplcnR5lIwEem/DqZSMDnDDpHNzd8O2cmQg4oKslIwDYm9ilIwPYVxiClx1MDA0MSDwn5GNlIwFQUxJQ0WUjAZzZWNvbmSUdS4=',
  'gAWVVwAAAAAAAAB9lCiMBWFsaWNllIwGYXplcnR5lIwEem/DqZSMDnDDpHNzd8O2cmQg4oKslIwDYm9ilIwPYVxiClx1MDA0MSDwn5GNlIwFQUxJQ0WUjAZzZWNvbmSUdS4=',
];

/** The same of passwords and names that are objects, calls (of os.system too), containers, bytes, numbers, True and None. */
const hostile = [
  'KGRwMApWYWxpY2UKcDEKVngKcDIKc1ZldmlsCnAzCmNwb3NpeApzeXN0ZW0KcDQKKFZ0b3VjaCBDQU5BUlkKcDUKdHA2ClJwNwpzVm9iamVjdApwOApjY29weV9yZWcKX3JlY29uc3RydWN0b3IKcDkKKGNzaXRlX3VzZXJzCk9iagpwMTAKY19fYnVpbHRpbl9fCm9iamVjdApwMTEKTnRwMTIKUnAxMwooZHAxNApWcGFzc3dvcmQKcDE1CmcyCnNic1ZvcmRlcmVkCnAxNgpjY29sbGVjdGlvbnMKT3JkZXJlZERpY3QKcDE3Cih0UnAxOApWYQpwMTkKSTEKc3NWdHVwbGUKcDIwCihJMQpJMgp0cDIxCnNWbmVzdGVkCnAyMgooZHAyMwpnMTkKKGRwMjQKVmIKcDI1ClZjCnAyNgpzc3NWYnl0ZXMKcDI3CmNfY29kZWNzCmVuY29kZQpwMjgKKFZhYgpwMjkKVmxhdGluMQpwMzAKdHAzMQpScDMyCnNWbm9uZQpwMzMKTnNWYmlnCnAzNApMMTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMEwKc1Zib29sCnAzNQpJMDEKc0k0MgpWbnVtYmVyCnAzNgpzKGcxOQpJMQp0cDM3CmcyMApzZzI4CihWawpwMzgKZzMwCnRwMzkKUnA0MApWdgpwNDEKc2c0Cmc2ClJwNDIKVnkKcDQzCnMu',
  'gAJ9cQAoWAUAAABhbGljZXEBWAEAAAB4cQJYBAAAAGV2aWxxA2Nwb3NpeApzeXN0ZW0KcQRYDAAAAHRvdWNoIENBTkFSWXEFhXEGUnEHWAYAAABvYmplY3RxCGNzaXRlX3VzZXJzCk9iagpxCSmBcQp9cQtYCAAAAHBhc3N3b3JkcQxoAnNiWAcAAABvcmRlcmVkcQ1jY29sbGVjdGlvbnMKT3JkZXJlZERpY3QKcQ4pUnEPWAEAAABhcRBLAXNYBQAAAHR1cGxlcRFLAUsChnESWAYAAABuZXN0ZWRxE31xFGgQfXEVWAEAAABicRZYAQAAAGNxF3NzWAUAAABieXRlc3EYY19jb2RlY3MKZW5jb2RlCnEZWAIAAABhYnEaWAYAAABsYXRpbjFxG4ZxHFJxHVgEAAAAbm9uZXEeTlgDAAAAYmlncR+KDQAAAEDq7XRG0JwsnwxYBAAAAGJvb2xxIIhLKlgGAAAAbnVtYmVycSFoEEsBhnEiaBFoGVgBAAAAa3EjaBuGcSRScSVYAQAAAHZxJmgEaAZScSdYAQAAAHlxKHUu',
  'gAWVIAEAAAAAAAB9lCiMBWFsaWNllIwBeJSMBGV2aWyUjAVwb3NpeJSMBnN5c3RlbZSTlIwMdG91Y2ggQ0FOQVJZlIWUUpSMBm9iamVjdJSMCnNpdGVfdXNlcnOUjANPYmqUk5QpgZR9lIwIcGFzc3dvcmSUaAJzYowHb3JkZXJlZJSMC2NvbGxlY3Rpb25zlIwLT3JkZXJlZERpY3SUk5QpUpSMAWGUSwFzjAV0dXBsZZRLAUsChpSMBm5lc3RlZJR9lGgWfZSMAWKUjAFjlHNzjAVieXRlc5RDAmFilIwEbm9uZZROjANiaWeUig0AAABA6u10RtCcLJ8MjARib29slIhLKowGbnVtYmVylGgWSwGGlGgXQwFrlIwBdpRoBmgIUpSMAXmUdS4=',
];

const read = (base64: string) => readUsersPickle('users.pkl', Buffer.from(base64, 'base64'));
const bytes = (text: string) => Buffer.from(text, 'latin1');

describe('a users.pkl', () => {
  it.each(people.map((pickle, protocol) => ({ pickle, protocol })))('of protocol $protocol gives every name and password', ({ pickle }) => {
    const { users, refused } = read(pickle);
    expect(users.map(({ name, password }) => [name, password.digest])).toEqual([
      ['alice', digestOf('azerty')],
      ['zoé', digestOf('pässwörd €')],
      ['bob', digestOf('a\\b\n\\u0041 👍')],
      ['ALICE', digestOf('second')],
    ]);
    expect(refused).toEqual([]);
  });

  it.each(hostile)('runs nothing that is in it, and says of each row what it is', pickle => {
    const folder = mkdtempSync(join(tmpdir(), 'aerie-pickle-'));
    const before = process.cwd();
    process.chdir(folder);
    try {
      const { users, refused } = read(pickle);
      expect(users.map(({ row, password }) => [row, password.digest !== undefined])).toEqual([
        ['entry 1 "alice"', true],
        ['entry 8 "none"', false],
      ]);
      const reasons = Object.fromEntries(refused.map(({ row, reason }) => [row, reason]));
      expect(Object.keys(reasons)).toHaveLength(12);
      expect(reasons).toMatchObject({
        'entry 2 "evil"': 'The password is what "posix.system" would make (it was not run), not a text.',
        'entry 5 "tuple"': 'The password is a list, not a text.',
        'entry 6 "nested"': 'The password is a dictionary, not a text.',
        'entry 9 "big"': 'The password is a number, not a text.',
        'entry 10 "bool"': 'The password is True or False, not a text.',
        'entry 11': 'The name is a number, not a text.',
        'entry 12': 'The name is a list, not a text.',
        'entry 14': 'The name is what "posix.system" would make (it was not run), not a text.',
      });
      expect(existsSync('CANARY')).toBe(false);
    } finally {
      process.chdir(before);
      rmSync(folder, { recursive: true });
    }
  });

  it('has strings of Python 2 in UTF-8 or windows-1252', () => {
    const { users } = readUsersPickle('users.pkl', bytes("(dp0\nS'zo\\xc3\\xa9'\np1\nS'd\\xe9j\\xe0 \"\\\\\\''\np2\ns."));
    expect(users).toMatchObject([{ name: 'zoé', password: { digest: digestOf('déjà "\\\'') } }]);
  });

  it.each([
    ['a text file', 'alice,azerty\n'],
    ['nothing', ''],
    ['a picture', '\x89PNG\r\n\x1a\n'],
    ['half a pickle', Buffer.from(people[4]!, 'base64').toString('latin1').slice(0, 40)],
    ['a length that leads backwards', '\x80\x03}(X\x01\x00\x00\x00aB\xf0\xff\xff\xffu.'],
    ['a protocol of the future', '\x80\x09}.'],
    ['a call of a text', '(dp0\nVa\n(Vb\ntRs.'],
  ])('that is %s is refused as a whole', (_, text) => {
    expect(() => readUsersPickle('users.pkl', bytes(text))).toThrow(/^users\.pkl is neither a pickle nor a SQLite database: [^\n]+$/);
  });

  it('that holds something else than a dictionary is refused as a whole', () => {
    expect(() => readUsersPickle('users.pkl', bytes('(lp0\n.'))).toThrow(
      'users.pkl is no dictionary of names and passwords: it is a list.',
    );
    expect(() => readUsersPickle('users.pkl', bytes('cposix\nsystem\n(Vtouch CANARY\ntR.'))).toThrow(
      'it is what "posix.system" would make',
    );
  });

  it('is read in a bounded time, whatever stands in it', () => {
    const opcodes = Buffer.from(people[4]!, 'base64');
    const spoiled = fc.array(fc.tuple(fc.nat(opcodes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(spoiled, changes => {
        const pickle = Buffer.from(opcodes);
        for (const [at, byte] of changes) pickle[at] = byte;
        try {
          readUsersPickle('users.pkl', pickle);
        } catch (error) {
          expect(error).toBeInstanceOf(SourceFault);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
