import { Resolver } from 'node:dns/promises';
import { clean } from '../scan/findings.ts';

const answerMs = 2_000;
const atOnce = 16;

/** Asks for the name of one address. */
type Ask = (address: string) => Promise<string[]>;

/**
 * The names of addresses by the system's resolver, a few at once, each within two seconds.
 * The first silence of a resolver that answers nobody ends the asking: it would cost two seconds a host.
 */
export async function namesOf(addresses: readonly string[], ask: Ask = systemResolver()): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const queue = addresses.values();
  let answers = 0;
  let silences = 0;
  const worker = async () => {
    for (const address of queue) {
      if (answers === 0 && silences >= atOnce) return;
      try {
        const [name] = await ask(address);
        const text = clean(name, 255);
        answers += 1;
        if (text) names.set(address, text);
      } catch (error) {
        // "There is none" is an answer too.
        if ((error as { code?: string }).code === 'ENOTFOUND') answers += 1;
        else silences += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return names;
}

function systemResolver(): Ask {
  const resolver = new Resolver({ timeout: answerMs, tries: 1 });
  return address => resolver.reverse(address);
}
