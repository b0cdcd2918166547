import type { ReportedHost, ReportedPort } from '@aerie/contract';
import { plainSpelling } from '../sites/addresses.ts';
import { cleanText } from '../sites/texts.ts';

/** Single values as files of other programs write them: loosely. What cannot be read is null, never a guess. */

export type Fields = Readonly<Record<string, unknown>>;

/** Words that stand where a value is not known, in the languages of the files. */
const nothing =
  /^(?:|-+|\?+|inconnue?s?|unknown|none|null|nil|n\/?a|non (?:trouv|disponible|d[ée]tect).*|aucune?|indisponible|introuvable|injoignable|undefined|mac non trouv.*|erreur|error|timeout|unreachable|not found)$/iu;

const dayMs = 86_400_000;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field of the object's own: none that JSON's objects inherit. */
export function field(fields: Fields, ...names: string[]): unknown {
  for (const name of names) if (Object.hasOwn(fields, name) && fields[name] !== null) return fields[name];
  return null;
}

/** A text, cleaned and cut; null for the words that mean that it is not known. */
export function textOf(value: unknown, most: number): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const text = cleanText(String(value).slice(0, 4 * most + 64)).trim();
  return nothing.test(text) ? null : text.slice(0, most).toWellFormed();
}

/**
 * A time span in milliseconds: a number, `15 ms`, `0.015 s`, `54 ms (moyenne)`, `1,5 ms`.
 * @param bare what a number without a unit is; `guess` for a field that does not say: no WAN answers in less than a millisecond
 */
export function msOf(value: unknown, bare: 'ms' | 's' | 'guess' = 'ms'): number | null {
  let amount: number;
  let unit: string | undefined;
  if (typeof value === 'number') amount = value;
  else {
    const match =
      typeof value === 'string'
        ? /^\s*[~≈<]?\s*(\d{1,12}(?:[.,]\d{1,12})?)\s*(µs|us|ms|msec|s|sec|secondes?|seconds?)?\b/iu.exec(value.slice(0, 100))
        : null;
    if (!match) return null;
    amount = Number(match[1]!.replace(',', '.'));
    unit = match[2]?.toLowerCase();
  }
  const isSeconds = unit ? unit.startsWith('s') : bare === 's' || (bare === 'guess' && amount > 0 && amount < 1);
  const factor = unit === 'µs' || unit === 'us' ? 0.001 : isSeconds ? 1_000 : 1;
  const ms = amount * factor;
  return ms >= 0 && ms <= dayMs ? Math.round(ms * 1_000) / 1_000 : null;
}

export function countOf(value: unknown): number | null {
  const count = typeof value === 'string' ? Number(value.trim() || Number.NaN) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null;
}

export function addressOf(value: unknown): string | null {
  return (typeof value === 'string' && value.length < 64 && plainSpelling(value.trim())) || null;
}

/** A hardware address in any usual spelling, in lower case with colons. */
export function macOf(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > 64) return null;
  const digits = value
    .trim()
    .replace(/[:.\- ]/g, '')
    .toLowerCase();
  if (!/^[0-9a-f]{12}$/.test(digits) || digits === '000000000000' || digits === 'ffffffffffff') return null;
  return digits.match(/../g)!.join(':');
}

/** Locally administered: telephones and laptops make a new one for each network. */
export function isRandomMac(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 0b10) !== 0;
}

export function portOf(value: unknown): number | null {
  const port = countOf(value);
  return port !== null && port >= 1 && port <= 65_535 ? port : null;
}

const states: Record<string, ReportedPort['state']> = {
  open: 'open',
  ouvert: 'open',
  closed: 'closed',
  fermé: 'closed',
  ferme: 'closed',
  filtered: 'filtered',
  filtré: 'filtered',
  filtre: 'filtered',
};

/** nmap's `open|filtered` and `unfiltered` say that it does not know. */
export function portStateOf(value: unknown): ReportedPort['state'] | null {
  return typeof value === 'string' ? (states[value.trim().toLowerCase()] ?? null) : null;
}

/** Unknown is not down: `down-or-filtered` is what the seed says of every host without one of eight ports. */
export function statusOf(value: unknown): ReportedHost['status'] {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
  return text === 'up' || text === 'down' ? text : 'unknown';
}
