import { describe, expect, it } from 'vitest';
import { decoy, digestOf, Hashing, hashPassword, isOutdated, verifyPassword, wrapDigest } from './hashing.ts';

describe('a stored password', () => {
  it('is an Argon2id PHC string with its own salt and at least 19 MiB and two passes', async () => {
    const [one, two] = await Promise.all([hashPassword('hibou'), hashPassword('hibou')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(two).not.toBe(one);
  });

  it('is verified by the same password only, however its accents are composed', async () => {
    const stored = await hashPassword('h\u00e9ron');
    expect(await verifyPassword('h\u00e9ron', stored)).toBe(true);
    expect(await verifyPassword('he\u0301ron', stored)).toBe(true);
    expect(await verifyPassword('heron', stored)).toBe(false);
  });

  it('is verified with the parameters it was made with', async () => {
    // A test vector of the reference implementation (phc-winner-argon2, src/test.c): password, somesalt, 64 MiB.
    const reference = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await verifyPassword('password', reference)).toBe(true);
    expect(await verifyPassword('Password', reference)).toBe(false);
    expect(isOutdated(reference)).toBe(true);
  });

  it('is out of date when made with other parameters', async () => {
    const stored = await hashPassword('hibou');
    expect(isOutdated(stored)).toBe(false);
    expect(isOutdated(stored.replace('m=19456', 'm=12288'))).toBe(true);
    expect(isOutdated(decoy())).toBe(false);
  });
});

describe('a password of which only the SHA-256 digest was known', () => {
  it('is verified by the password, not by the digest, and is out of date', async () => {
    // printf %s 1234 | sha256sum
    const digest = '03ac674216f3e15c761ee1a5e255f067953623c8b388b4459e13f978d7c846f4';
    expect(digestOf('1234')).toBe(digest);
    const stored = await wrapDigest(digest);
    expect(stored).toMatch(/^sha256\+\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await verifyPassword('1234', stored)).toBe(true);
    expect(await verifyPassword('12345', stored)).toBe(false);
    expect(await verifyPassword(digest, stored)).toBe(false);
    expect(isOutdated(stored)).toBe(true);
  });

  it('is verified as it was typed then, or composed', async () => {
    const composed = await wrapDigest(digestOf('h\u00e9ron'));
    const decomposed = await wrapDigest(digestOf('he\u0301ron'));
    expect(await verifyPassword('he\u0301ron', composed)).toBe(true);
    expect(await verifyPassword('he\u0301ron', decomposed)).toBe(true);
  });
});

describe('the queue of passwords', () => {
  /** Work that the test ends. */
  function heldWork(hashing: Hashing) {
    const end = Promise.withResolvers<void>();
    let begun = false;
    const done = hashing.inTurn(async () => {
      begun = true;
      await end.promise;
    });
    return { done, end: end.resolve, hasBegun: () => begun };
  }

  it('runs two at once, the others in order', async () => {
    const hashing = new Hashing();
    const work = [heldWork(hashing), heldWork(hashing), heldWork(hashing), heldWork(hashing)];
    expect(work.map(one => one.hasBegun())).toEqual([true, true, false, false]);
    work[1]!.end();
    await work[1]!.done;
    expect(work.map(one => one.hasBegun())).toEqual([true, true, true, false]);
    for (const one of work) one.end();
    await Promise.all(work.map(one => one.done));
    expect(work[3]!.hasBegun()).toBe(true);
  });

  it('refuses when too many wait, and goes on after one that failed', async () => {
    const hashing = new Hashing();
    const running = [heldWork(hashing), heldWork(hashing)];
    const waiting = Array.from({ length: 2_000 }, (_, i) =>
      hashing.inTurn(async () => {
        if (i === 0) throw new Error('broken');
        return i;
      }),
    );
    const first = expect(waiting[0]).rejects.toThrow('broken');
    await expect(hashing.inTurn(async () => 0)).rejects.toMatchObject({ code: 'busy' });
    for (const one of running) one.end();
    await first;
    expect(await Promise.all(waiting.slice(1))).toHaveLength(1_999);
  });

  it('drains when it stops', async () => {
    const hashing = new Hashing();
    const work = [heldWork(hashing), heldWork(hashing), heldWork(hashing)];
    let stopped = false;
    const stop = hashing.stop().then(() => {
      stopped = true;
    });
    await expect(hashing.inTurn(async () => 0)).rejects.toMatchObject({ code: 'stopping' });
    work[0]!.end();
    work[1]!.end();
    await Promise.all([work[0]!.done, work[1]!.done]);
    expect(stopped).toBe(false);
    work[2]!.end();
    await stop;
    expect(work[2]!.hasBegun()).toBe(true);
  });
});
