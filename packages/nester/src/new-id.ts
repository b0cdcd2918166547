import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/** Random bytes ahead: asking the system for sixteen at a time costs more than all the rest of an id. */
const pool = new Uint8Array(16 * 1_024);
let used = pool.length;
let msecs = 0;
let seq = 0;

/** A new id, a UUIDv7 (RFC 9562, section 6.2, method 1): in one process each is greater than the one before, even when the clock is set back. */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, used + 16);
  used += 16;
  const now = Date.now();
  if (now > msecs) {
    msecs = now;
    // Room to count on in: the upper half of the counter begins at zero.
    seq = ((random[0]! << 16) | (random[1]! << 8) | random[2]!) >>> 0;
  } else if (++seq > 0xffff_ffff) {
    msecs += 1;
    seq = 0;
  }
  return v7({ random, msecs, seq });
}
