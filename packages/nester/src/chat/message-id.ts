/** Of the times and seqs, the first that an id has no room for. */
const end = 2 ** 48;

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

/** By halves: a small integer is turned into text at once, one of 48 bits digit by digit, by division. */
const hex48 = (value: number) => hex(Math.floor(value / 2 ** 24), 6) + hex(value % 2 ** 24, 6);

/**
 * The id of the message with that seq: a UUIDv7 (RFC 9562, section 5.7) whose last 48 bits are the seq, so that whoever has
 * the id finds the row without an index over ids. The 26 bits between are random: a server that went back to a backup gives
 * the same seq again, and an id of the time that was lost must not name another message.
 * @param at when it was said, epoch milliseconds; the year 10889 stands for all that come after it
 * @throws RangeError when the seq needs more than 48 bits
 */
export function messageIdOf(seq: number, at: number): string {
  if (!(seq >= 0 && seq < end)) throw new RangeError(`no id has room for seq ${seq}`);
  const time = hex48(Math.min(Math.max(at, 0), end - 1));
  const random = Math.floor(Math.random() * 2 ** 26);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(random >>> 14, 3)}-${hex(0x8000 | (random & 0x3fff), 4)}-${hex48(seq)}`;
}

/** The seq that a message's id tells. Ids of before this was so tell some other number: the row decides. */
export function seqOfMessageId(messageId: string): number {
  return Number.parseInt(messageId.slice(-12), 16);
}
