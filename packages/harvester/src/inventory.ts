import { lookup } from 'node:dns/promises';
import { readFileSync, statSync } from 'node:fs';
import * as z from 'zod';
import { Failure } from './failure.ts';
import { isTarget } from './policy.ts';

const mostBytes = 4 * 1024 * 1024;
const mostEntries = 65_536;
const atOnce = 16;

const entry = z.union([
  z.string(),
  z.looseObject({ host: z.string() }),
  z.looseObject({ address: z.string() }),
  z.looseObject({ ip: z.string() }),
]);
const document = z.union([z.array(entry), z.looseObject({ hosts: z.array(entry) })]);

/**
 * The entries of an inventory: a JSON list, `{"hosts": […]}`, or lines with `#` for comments; a byte order mark is no matter.
 * An entry is an address, a CIDR, a range or a name.
 * @throws Failure
 */
export function readInventory(file: string): string[] {
  let text: string;
  try {
    if (statSync(file).size > mostBytes) throw new Failure(`The inventory ${file} is larger than 4 MiB. Divide it.`);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`The inventory ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  const entries = entriesIn(text);
  if (!entries) throw new Failure(`The inventory ${file} is not right: write a JSON list, {"hosts": […]}, or one host a line.`);
  if (entries.length > mostEntries) throw new Failure(`The inventory ${file} has more than ${mostEntries} entries. Divide it.`);
  return entries;
}

/** Undefined when it begins like JSON and is none of ours. */
export function entriesIn(text: string): string[] | undefined {
  const plain = text.replace(/^\ufeff/, '').trim();
  if (!/^[[{]/.test(plain)) {
    const lines = plain.split(/\r?\n/).map(line => line.replace(/#.*/, '').trim());
    return lines.filter(line => line !== '');
  }
  try {
    const read = document.parse(JSON.parse(plain));
    const list = Array.isArray(read) ? read : read.hosts;
    return list.map(one => textIn(one).trim()).filter(one => one !== '');
  } catch {
    return undefined;
  }
}

function textIn(one: z.infer<typeof entry>): string {
  if (typeof one === 'string') return one;
  return String(one.host ?? one.address ?? one.ip);
}

/** What an inventory means: targets, which the policy has still to allow, and names that nobody knows. */
export interface Resolved {
  readonly targets: string[];
  readonly unknown: string[];
}

/** Asks for the addresses of a name. */
type Ask = (name: string) => Promise<string[]>;

/** Looks the names among the entries up, a few at once. */
export async function resolveEntries(entries: readonly string[], ask: Ask = addressesOf): Promise<Resolved> {
  const targets = entries.filter(isTarget);
  const names = [...new Set(entries.filter(one => !isTarget(one)))];
  const unknown: string[] = [];
  const queue = names.values();
  const worker = async () => {
    for (const name of queue) {
      const found = isName(name) ? await ask(name).catch(() => []) : [];
      if (found.length === 0) unknown.push(name);
      targets.push(...found.filter(isTarget));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, names.length) }, worker));
  return { targets, unknown };
}

function isName(text: string): boolean {
  // Digits and dots alone are an address that was mistyped, which a resolver might read as another one.
  return /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/.test(text) && !/^[\d.]+$/.test(text);
}

async function addressesOf(name: string): Promise<string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}
