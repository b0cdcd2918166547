import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import type { MissingFact } from '@aerie/contract/reports';
import ipaddr from 'ipaddr.js';
import { clean } from '../scan/findings.ts';

const silenceMs = 2_000;
const atOnce = 32;

/** Asks for the name of one address. */
type Ask = (address: string) => Promise<string[]>;

export interface Names {
  readonly names: ReadonlyMap<string, string>;
  readonly missing?: MissingFact;
}

/**
 * The names of addresses, by this machine's own list and then by its resolver, several at once. Two seconds without any answer
 * end the asking: a resolver that is dead costs no more than that in all.
 */
export async function namesOf(
  addresses: readonly string[],
  resolver: Ask | Resolver = systemResolver(),
  listed: ReadonlyMap<string, string> = listedNames(),
): Promise<Names> {
  // Not its `reverse`: that says "there is none" of a server that is silent.
  const ask: Ask = resolver instanceof Resolver ? address => resolver.resolvePtr(reverseName(address)) : resolver;
  const names = new Map(addresses.flatMap(address => (listed.has(address) ? [[address, listed.get(address)!]] : [])));
  const unlisted = addresses.filter(address => !names.has(address));
  const queue = unlisted.values();
  const silent = Promise.withResolvers<void>();
  let isOver = false;
  let answers = 0;
  const timer = setTimeout(() => silent.resolve(), silenceMs);
  const worker = async () => {
    for (const address of queue) {
      if (isOver) return;
      try {
        const [name] = await ask(address);
        const text = clean(name, 255);
        if (text && !isOver) names.set(address, text);
      } catch (error) {
        // "There is none" is an answer too; silence, a refusal or no server at all is none.
        if (!/^E(NOTFOUND|NODATA)$/.test((error as { code?: string }).code ?? '')) continue;
      }
      answers += 1;
      timer.refresh();
    }
  };
  const all = Promise.all(Array.from({ length: Math.min(atOnce, unlisted.length) }, worker)).then(() => undefined);
  await Promise.race([all, silent.promise]);
  isOver = true;
  clearTimeout(timer);
  if (resolver instanceof Resolver) resolver.cancel();
  if (answers === unlisted.length) return { names };
  const reason = answers === 0 ? 'no name server answers' : `the name server answered for ${answers} of ${unlisted.length} addresses`;
  return { names, missing: { fact: 'hostname', reason } };
}

function systemResolver(): Resolver {
  return new Resolver({ timeout: silenceMs, tries: 1 });
}

/** `1.0.0.10.in-addr.arpa` for 10.0.0.1. */
export function reverseName(address: string): string {
  const parsed = ipaddr.parse(address);
  if (parsed.kind() === 'ipv4') return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  const nibbles = parsed.toByteArray().flatMap(byte => [byte >> 4, byte & 15]);
  return `${nibbles
    .reverse()
    .map(nibble => nibble.toString(16))
    .join('.')}.ip6.arpa`;
}

/** The names that this machine's own list gives to addresses. */
export function listedNames(file = '/etc/hosts'): Map<string, string> {
  const names = new Map<string, string>();
  try {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const [address, name] = line.replace(/#.*/, '').trim().split(/\s+/);
      const text = clean(name, 255);
      if (address && text && ipaddr.isValid(address) && !names.has(address)) names.set(address, text);
    }
  } catch {
    // A machine without a list knows no names by itself.
  }
  return names;
}
