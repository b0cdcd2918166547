import { Resolver } from 'node:dns/promises';
import type { MissingFact } from '@aerie/contract/reports';
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
 * The names of addresses by the system's resolver, several at once. Two seconds without any answer end the asking: a resolver
 * that is dead costs no more than that in all.
 */
export async function namesOf(addresses: readonly string[], resolver: Ask | Resolver = systemResolver()): Promise<Names> {
  const ask: Ask = resolver instanceof Resolver ? address => resolver.reverse(address) : resolver;
  const names = new Map<string, string>();
  const queue = addresses.values();
  const silent = Promise.withResolvers<void>();
  let isOver = false;
  let asked = 0;
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
      asked += 1;
      timer.refresh();
    }
  };
  const all = Promise.all(Array.from({ length: Math.min(atOnce, addresses.length) }, worker)).then(() => undefined);
  await Promise.race([all, silent.promise]);
  isOver = true;
  clearTimeout(timer);
  if (resolver instanceof Resolver) resolver.cancel();
  if (asked === addresses.length) return { names };
  const reason = asked === 0 ? 'no name server answers' : `the name server answered for ${asked} of ${addresses.length} addresses`;
  return { names, missing: { fact: 'hostname', reason } };
}

function systemResolver(): Resolver {
  return new Resolver({ timeout: silenceMs, tries: 1 });
}
