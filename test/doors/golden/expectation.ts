import type { Line } from '../../kit/line-client.ts';

/** Why a line is not the one that was expected; undefined when it is. Who is here has no order. */
export function difference(expected: Line, got: Line): string | undefined {
  const keys = new Set([...Object.keys(expected), ...Object.keys(got)]);
  for (const key of keys) {
    if (!(key in expected)) return `a field nobody expected: ${key}`;
    if (!(key in got)) return `no field ${key}`;
    if (!fits(expected[key], got[key], got)) return `another ${key}`;
  }
  return undefined;
}

function fits(expected: unknown, got: unknown, line: Line): boolean {
  if (Array.isArray(expected)) return Array.isArray(got) && JSON.stringify([...expected].sort()) === JSON.stringify([...got].sort());
  if (typeof expected !== 'string' || typeof got !== 'string') return JSON.stringify(expected) === JSON.stringify(got);
  if (expected === '<time>') return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(got) && Math.abs(Date.parse(got) - Date.now()) < 60_000;
  if (expected === '<text>') return got.trim() !== '';
  const words = /^<text with (.*)>$/.exec(expected);
  if (words) return got.includes(words[1]!);
  const other = /^<as (.*)>$/.exec(expected);
  return other ? got === line[other[1]!] : expected === got;
}
