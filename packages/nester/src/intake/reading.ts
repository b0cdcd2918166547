import type { Report } from '@aerie/contract';
import { OldTimes } from '../imports/times.ts';
import { cleanText } from '../sites/texts.ts';
import type { Draft } from './draft.ts';
import { timeInName } from './names.ts';
import { Unreadable } from './reasons.ts';
import { isShape1, readShape1 } from './shape-1.ts';
import { isShapeA, readShapeA } from './shape-a.ts';
import { isShapeB, readShapeB } from './shape-b.ts';
import { isShapeC, readShapeC } from './shape-c.ts';
import { readShapeD } from './shape-d.ts';
import { jsonOf, textOfBytes } from './text.ts';
import { isFields } from './values.ts';

/** Largest file, the same as for a report that a probe sends. */
export const fileBytes = 8 * 1024 * 1024;

const dayMs = 86_400_000;
/** To make an object out of so much takes a moment by itself. */
const largeChars = 256 * 1_024;

/** A file that was understood. */
export interface Reading {
  draft: Draft;
  /** As it came, decoded. */
  text: string;
}

/**
 * Reads what a file holds, whatever it is called; its name only helps where its shape needs it.
 * @param pause lets others have their turn in the middle of a large file
 * @throws Unreadable
 */
export async function readFileOf(bytes: Uint8Array, name: string, pause: () => Promise<void>): Promise<Reading> {
  if (bytes.length > fileBytes) throw new Unreadable('too_large', { mebibytes: fileBytes / 1024 / 1024 });
  const text = textOfBytes(bytes);
  return { draft: await draftOf(text, name, pause), text };
}

async function draftOf(text: string, name: string, pause: () => Promise<void>): Promise<Draft> {
  if (text.trimStart().startsWith('<')) return await readShapeD(text.trimStart(), pause);
  const value = jsonOf(text);
  if (text.length > largeChars) await pause();
  const own = isShape1(value) ? readShape1(value) : undefined;
  if (own) return own;
  if (isShapeA(value)) return await readShapeA(value, pause);
  if (isShapeC(value)) return await readShapeC(value, pause);
  if (isShapeB(value)) return readShapeB(value, name);
  throw unknownShape(value);
}

/** Says what stands there instead of a shape. */
function unknownShape(value: unknown): Unreadable {
  if (Array.isArray(value)) return new Unreadable('unknown_list', { count: value.length });
  if (!isFields(value)) return new Unreadable('unknown_value');
  const all = Object.keys(value);
  const names = all.slice(0, 6).map(name => JSON.stringify(cleanText(name.slice(0, 40)).toWellFormed()));
  const more = all.length > 6 ? `, … (${all.length})` : '';
  return new Unreadable('unknown_fields', { names: names.length === 0 ? '–' : names.join(', ') + more });
}

/** When a file was made. */
export interface MadeAt {
  startedAt: number;
  finishedAt: number;
  /** Where that stands, when not in the body: the same bytes may come again and mean another day. */
  besides: string;
  /** It was written without a zone. */
  isLocal: boolean;
}

/**
 * When the scan was made: as the file says, else as its name says, else when the file was last written.
 * @param zone of the site, for times without one
 * @param writtenAt when the file was last written
 */
export function madeAt({ moments, tookMs }: Draft, { zone, name, writtenAt }: { zone: string; name: string; writtenAt: number }): MadeAt {
  const times = timesIn(zone);
  const read = (written: string | number) =>
    times.read(typeof written === 'string' ? written.trim().replace(/^(\d{4}-\d{1,2}-\d{1,2}) (?=\d)/, '$1T') : written);
  const told = moments.map(read).filter(time => time !== undefined);
  const first = told[0];
  if (first !== undefined) {
    // The first one is the report's; single hosts were looked at within a day of it, or their clock is not to be believed.
    let [startedAt, finishedAt] = [first.at, first.at];
    for (const { at } of told) {
      if (Math.abs(at - first.at) > dayMs) continue;
      startedAt = Math.min(startedAt, at);
      finishedAt = Math.max(finishedAt, at);
    }
    return { startedAt, finishedAt: finishedAt + (tookMs ?? 0), besides: '', isLocal: first.isLocal };
  }
  const inName = timeInName(name);
  const named = inName === null ? undefined : read(inName);
  if (named) return { startedAt: named.at, finishedAt: named.at, besides: inName!, isLocal: named.isLocal };
  const written = Math.max(0, Math.floor(writtenAt));
  return { startedAt: written, finishedAt: written, besides: String(written), isLocal: false };
}

/** A draft as the report that it is. */
export function reportOf(draft: Draft, made: MadeAt, reportId: string): Report {
  return { ...draft.body, reportId, startedAt: made.startedAt, finishedAt: made.finishedAt };
}

function timesIn(zone: string): OldTimes {
  try {
    return new OldTimes(zone);
  } catch {
    return new OldTimes('UTC');
  }
}
