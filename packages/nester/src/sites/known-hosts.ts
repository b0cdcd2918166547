import type { Report, ReportedHost } from '@aerie/contract';
import { plainSpelling } from './addresses.ts';
import { hasShape, isHostShape, mostHosts } from './report-shape.ts';

/** How much text is kept of all probes together: a thousand of fifty devices. What was read of it takes as much again. */
const mostChars = 32 * 1024 * 1024;
/** A report that is longer is read anew each time. */
const mostCharsEach = 2 * 1024 * 1024;

const listStart = '"hosts":[';
const listEnd = '],"wan":[';
const hostStart = '{"address":"';
const nextHost = `},${hostStart}`;
const rttKey = '"rttMs":';
/** Milliseconds as the Harvester writes them, with no more digits than the contract takes for certain. */
const rttText = /^(?:0|[1-9]\d{0,6})(?:\.\d{1,9})?$/;
const rttChars = 17;
/** Behind the list nothing may say it again: of two, JSON takes the last. */
const listAgain = /"hosts"\s*:/;

/** A host as a report said it; all but the round trip, which is another one each time. */
interface KnownHost {
  /** Its JSON up to the round trip, and after it; all of it, and nothing, where that is not known. */
  before: string;
  after: string;
  /** Read, checked, its address in one spelling. */
  host: ReportedHost;
}

interface Known {
  readonly hosts: readonly KnownHost[];
  /** Where the host of an address stands; made when one is not where it was. */
  places?: ReadonlyMap<string, number>;
  readonly chars: number;
}

/** A host in a text. */
interface Reading {
  known: KnownHost;
  rttMs: number | null;
  /** Where it stood before; undefined when it did not, or was another text. */
  place: number | undefined;
  end: number;
}

/**
 * What the last report of each probe said, host by host. Most say the same again: a host of the same text need not be read
 * and checked anew. Where it is too much, what was not asked for longest is forgotten.
 */
export class KnownHosts {
  readonly #mostChars: number;
  readonly #ofProbes = new Map<string, Known>();
  #chars = 0;

  constructor(most = mostChars) {
    this.#mostChars = most;
  }

  /**
   * Reads a report that holds no escaped control characters. As long as the text of a host stays the same, so do the objects
   * below it: whoever gets them changes none.
   * @returns undefined when it is not written as the Harvester writes it, or not as the contract says; all of it must be read then
   */
  read(probeId: string, json: string): Report | undefined {
    const from = json.indexOf(listStart) + listStart.length;
    const end = json.indexOf(listEnd, from);
    if (from < listStart.length || end === -1 || listAgain.test(json.slice(end))) return undefined;
    const last = this.#ofProbes.get(probeId);
    const list = readList(json, from, end, last);
    const report = list && parsed(json.slice(0, from) + json.slice(end));
    if (!list || !hasShape(report) || report.hosts.length > 0) return undefined;
    this.#keep(probeId, last, list.isAsBefore ? last! : { hosts: list.known, chars: json.length });
    report.hosts = list.hosts;
    return report;
  }

  #keep(probeId: string, last: Known | undefined, known: Known): void {
    if (last) this.#forget(probeId, last);
    if (known.chars > mostCharsEach) return;
    this.#ofProbes.set(probeId, known);
    this.#chars += known.chars;
    for (const [oldest, one] of this.#ofProbes) {
      if (this.#chars <= this.#mostChars) return;
      this.#forget(oldest, one);
    }
  }

  #forget(probeId: string, { chars }: Known): void {
    this.#ofProbes.delete(probeId);
    this.#chars -= chars;
  }
}

/**
 * @param from where the first host begins
 * @param end where the list ends
 * @returns undefined when they are not all as the contract says, or two have one address
 */
function readList(
  json: string,
  from: number,
  end: number,
  last: Known | undefined,
): { known: readonly KnownHost[]; hosts: ReportedHost[]; isAsBefore: boolean } | undefined {
  const known: KnownHost[] = [];
  const hosts: ReportedHost[] = [];
  let isAsBefore = last !== undefined;
  let place = 0;
  for (let at = from; ; at++) {
    const reading = (last && readAgain(json, at, last, place)) ?? readAnew(json, at, end);
    if (!reading || known.length === mostHosts) return undefined;
    isAsBefore &&= reading.place === known.length;
    place = (reading.place ?? place) + 1;
    known.push(reading.known);
    hosts.push({ ...reading.known.host, rttMs: reading.rttMs });
    at = reading.end;
    if (at === end) break;
    if (json[at] !== ',') return undefined;
  }
  isAsBefore &&= known.length === last!.hosts.length;
  return isAsBefore || new Set(known.map(({ host }) => host.address)).size === known.length ? { known, hosts, isAsBefore } : undefined;
}

/** A host that has the same text as before, where it stood or, when others came or went, elsewhere. */
function readAgain(json: string, at: number, last: Known, place: number): Reading | undefined {
  const there = readAsKnown(json, at, last, place);
  if (there) return there;
  const addressAt = at + hostStart.length;
  const address = json.slice(addressAt, json.indexOf('"', addressAt));
  if (address === last.hosts[place]?.host.address) return undefined;
  last.places ??= new Map(last.hosts.map(({ host }, i) => [host.address, i]));
  const other = last.places.get(address);
  return other === undefined ? undefined : readAsKnown(json, at, last, other);
}

function readAsKnown(json: string, at: number, { hosts }: Known, place: number): Reading | undefined {
  const known = hosts[place];
  if (!known || !hasAt(json, known.before, at)) return undefined;
  const rttAt = at + known.before.length;
  if (known.after === '') return { known, rttMs: known.host.rttMs, place, end: rttAt };
  const rtt = rttIn(json, rttAt);
  const afterAt = rttAt + (rtt?.chars ?? 0);
  return rtt && hasAt(json, known.after, afterAt) ? { known, rttMs: rtt.ms, place, end: afterAt + known.after.length } : undefined;
}

/** Like `startsWith`, which looks at one character after the other: many times slower. */
function hasAt(json: string, text: string, at: number): boolean {
  return json.slice(at, at + text.length) === text;
}

function readAnew(json: string, at: number, listEndsAt: number): Reading | undefined {
  const next = json.indexOf(nextHost, at);
  const end = next === -1 ? listEndsAt : Math.min(next + 1, listEndsAt);
  // A copy: a piece of the whole text would keep all of it.
  const text = Buffer.from(json.slice(at, end)).toString();
  const host = parsed(text);
  const address = isHostShape(host) ? plainSpelling(host.address) : undefined;
  if (!isHostShape(host) || address === undefined) return undefined;
  host.address = address;
  const { rttMs } = host;
  const key = text.indexOf(rttKey);
  const rttAt = key + rttKey.length;
  const rtt = key === -1 || text.includes('"rttMs"', rttAt) ? undefined : rttIn(text, rttAt);
  const isCut = rtt !== undefined && rtt.ms === rttMs;
  const known = { before: isCut ? text.slice(0, rttAt) : text, after: isCut ? text.slice(rttAt + rtt.chars) : '', host };
  return { known, rttMs, place: undefined, end };
}

/** The round trip that stands there, and how long its text is; undefined when it is written in another way. */
function rttIn(json: string, at: number): { ms: number | null; chars: number } | undefined {
  let end = at;
  while (end - at <= rttChars && json[end] !== ',' && json[end] !== '}') end++;
  const text = json.slice(at, end);
  if (text === 'null') return { ms: null, chars: text.length };
  return rttText.test(text) ? { ms: Number(text), chars: text.length } : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
