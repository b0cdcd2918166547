export type Level = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';
export type Fields = Record<string, string | number | boolean | null | undefined>;

/** What JSON leaves as it is and what shows a line where there is none. Most lines have none: to look is cheaper than to replace. */
const unsafe = /[\u007f-\u009f\u2028\u2029]/;
const unsafes = new RegExp(unsafe, 'g');

/**
 * One log line. Sentences are our own words; what a stranger typed belongs in `fields`, where JSON escapes it
 * (U+2028 and U+2029 too, and everything below U+0020), so that nobody can forge a line.
 * An address may stand in a sentence because the socket gives it, not the stranger.
 */
export function logLine(at: number, level: Level, area: string, sentence: string, fields: Fields = {}): string {
  let json = JSON.stringify(fields);
  if (unsafe.test(json)) json = json.replaceAll(unsafes, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `${isoWithOffset(at)} ${level} [${area}] ${sentence}${json === '{}' ? '' : ` ${json}`}\n`;
}

/** The second that was written last, to its dot, and the offset behind it: a busy server writes many lines in one. */
let lastSecond = { of: Number.NaN, text: '', offset: '' };

/** ISO 8601 in local time with milliseconds and offset: `2026-11-21T23:18:05.123+01:00`. */
export function isoWithOffset(at: number): string {
  const of = Math.floor(at / 1_000);
  if (of !== lastSecond.of) lastSecond = { of, ...secondOf(of * 1_000) };
  return `${lastSecond.text}${String(Math.floor(at) - of * 1_000).padStart(3, '0')}${lastSecond.offset}`;
}

function secondOf(at: number): { text: string; offset: string } {
  const offset = -new Date(at).getTimezoneOffset();
  const sign = offset < 0 ? '-' : '+';
  const pad = (n: number) => String(Math.floor(Math.abs(n))).padStart(2, '0');
  const text = new Date(at + offset * 60_000).toISOString().slice(0, -'000Z'.length);
  return { text, offset: `${sign}${pad(offset / 60)}:${pad(offset % 60)}` };
}
