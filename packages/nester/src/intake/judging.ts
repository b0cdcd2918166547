import { createHash } from 'node:crypto';
import type { Report } from '@aerie/contract';
import type { Draft, Shape } from './draft.ts';
import { NotPlain, type PlainFile } from './files.ts';
import { franchiseKey } from './names.ts';
import type { IntakeSites, Place } from './parts.ts';
import type { Reader } from './reader.ts';
import { fileBytes, madeAt, reportOf } from './reading.ts';
import { type Reason, type ReasonCode, reason, Unreadable } from './reasons.ts';

/** What is thought of a file before anything is done with it. */
export interface Verdict {
  state: 'taken' | 'unassigned' | 'quarantined';
  reason: Reason | null;
  /** Tells the file again. */
  digest: string;
  /** As it is shown. */
  name: string;
  /** The folder in which it lay. */
  folder: string | null;
  bytes: number;
  shape: Shape | null;
  place: Place | null;
  /** How the file calls its site, for people. */
  hint: string | null;
  /** What files of the same site have in common. */
  aliases: string[];
  hosts: number | null;
  madeAt: number | null;
  report: Report | undefined;
  text: string;
  /** It may be the beginning of a file that will be whole. */
  mayGrow: boolean;
}

/** What else is known of a file. */
export interface About {
  name: string;
  folder: string | null;
  /** Somebody says whose it is. */
  place?: Place | undefined;
}

/** What is known of sites. */
export interface Knowing {
  sites: IntakeSites;
  /** Which site a franchise is, as people said. */
  aliases: ReadonlyMap<string, string>;
  /** Keys of the names of sites, made once. */
  keys: Map<string, string>;
}

/** What a file without its end looks like. */
const unfinished: ReadonlySet<ReasonCode> = new Set(['empty', 'not_json', 'bad_xml', 'nmap_unfinished', 'not_text', 'not_nmap']);

const shortestNickname = 4;

/** Reads a file and says what is to become of it. Whatever is in it, this ends with a verdict. */
export async function judge(found: PlainFile | NotPlain, about: About, knowing: Knowing & Pick<Reader, 'read'>): Promise<Verdict> {
  const nothing = {
    name: about.name,
    folder: about.folder,
    place: about.place ?? null,
    shape: null,
    hint: about.folder,
    aliases: [],
    hosts: null,
    madeAt: null,
    report: undefined,
    text: '',
  };
  const bad = (digest: string, bytes: number, why: Reason): Verdict => {
    return { ...nothing, state: 'quarantined', reason: why, digest, bytes, mayGrow: unfinished.has(why.code) };
  };
  const digest = digestOf(found);
  if (found instanceof NotPlain) return bad(digest, 0, reason('no_plain_file', { kind: found.kind }));
  if (!found.bytes) return bad(digest, found.size, reason('too_large', { mebibytes: fileBytes / 1024 / 1024 }));
  try {
    const { draft, text } = await knowing.read(found.bytes, about.name);
    const { place, why } = placeOf(draft, about, knowing);
    const made = madeAt(draft, { zone: place?.zone ?? 'UTC', name: about.name, writtenAt: found.writtenAt });
    const own = made.besides === '' ? digest : `${digest} ${made.besides}`;
    const known = {
      ...nothing,
      digest: own,
      bytes: found.size,
      shape: draft.shape,
      place,
      hint: about.folder ?? draft.franchises[0] ?? (draft.body.machine.name || null),
      aliases: aliasesOf(draft, about),
      hosts: draft.body.hosts.length,
      // In an unknown zone nobody knows when.
      madeAt: place === null && made.isLocal ? null : made.finishedAt,
      text,
      mayGrow: false,
    };
    if (why?.code === 'other_probe') return { ...known, state: 'quarantined', reason: why };
    if (place === null) return { ...known, state: 'unassigned', reason: why ?? reason('no_site') };
    const report = reportOf(draft, made, draft.reportId ?? `file-${sha256(`${place.siteId} ${own}`).slice(0, 40)}`);
    return { ...known, state: 'taken', reason: null, report };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return bad(digest, found.size, error.reason);
  }
}

/** Tells a file again by its bytes; what is not read, by where it lies on the disk. */
export function digestOf(found: PlainFile | NotPlain): string {
  return sha256(found instanceof NotPlain ? found.mark : (found.bytes ?? found.mark));
}

/** Whose a file is: as somebody says, by its folder, by the probe that made it, by the franchise that it speaks of. */
function placeOf(draft: Draft, about: About, knowing: Knowing): { place: Place | null; why: Reason | undefined } {
  const { folder } = about;
  const probePlace = draft.probeId === null ? undefined : knowing.sites.placeOfProbe(draft.probeId);
  const told = about.place ?? (folder === null ? undefined : named(folder, knowing));
  if (told && probePlace && probePlace.siteId !== told.siteId)
    return { place: told, why: reason('other_probe', { code: probePlace.code }) };
  if (told) return { place: told, why: undefined };
  if (folder !== null) return { place: null, why: reason('unknown_folder', { name: JSON.stringify(folder) }) };
  if (probePlace) return { place: probePlace, why: undefined };
  for (const alias of aliasesOf(draft, about)) {
    const place = named(alias, knowing);
    if (place) return { place, why: undefined };
  }
  if (draft.probeId !== null) return { place: null, why: reason('unknown_probe', { name: JSON.stringify(draft.body.machine.name) }) };
  const [franchise] = draft.franchises;
  if (franchise !== undefined) return { place: null, why: reason('unknown_franchise', { name: JSON.stringify(franchise) }) };
  return { place: null, why: undefined };
}

/** The site that people mean by a word: its code, its name, what they said that it is, the end of its name. */
function named(word: string, { sites, aliases, keys }: Knowing): Place | undefined {
  const byCode = sites.placeByCode(word.toUpperCase());
  if (byCode) return byCode;
  const key = franchiseKey(word);
  if (key === '') return undefined;
  let ending: Place | undefined;
  let endings = 0;
  for (const place of sites.places()) {
    const known = keys.get(place.name) ?? franchiseKey(place.name);
    keys.set(place.name, known);
    if (known === key) return place;
    if (known.endsWith(` ${key}`)) {
      ending = place;
      endings++;
    }
  }
  // After the names: of a site that was made later, nobody has said that it is another one.
  const told = aliases.get(key);
  const byAlias = told === undefined ? undefined : sites.place(told);
  if (byAlias) return byAlias;
  // The Patriots are the New England Patriots where no other site is called so.
  return endings === 1 && key.length >= shortestNickname ? ending : undefined;
}

function aliasesOf(draft: Draft, { folder }: About): string[] {
  if (folder !== null) return [folder];
  return draft.probeId === null ? draft.franchises : [`probe ${draft.probeId}`];
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
