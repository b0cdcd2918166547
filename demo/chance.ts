/** Chance that comes out the same each time: what a site is like at a moment needs no memory. */

/** A number from 0 to 1 that belongs to these words and numbers. */
export function chance(...of: readonly (string | number)[]): number {
  let hash = 2_166_136_261;
  for (const part of of) {
    const text = String(part);
    for (let i = 0; i <= text.length; i++) hash = Math.imul(hash ^ (i === text.length ? 31 : text.charCodeAt(i)), 16_777_619);
  }
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 2_246_822_519);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 3_266_489_917);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296;
}

export function choose<T>(from: readonly T[], ...of: readonly (string | number)[]): T {
  return from[Math.floor(chance(...of) * from.length)]!;
}
