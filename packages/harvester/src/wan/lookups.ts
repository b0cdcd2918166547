import { Resolver } from 'node:dns/promises';
import type { DnsResult } from '@aerie/contract/reports';

const answerMs = 3_000;

/** Asks a resolver for the addresses of a name. */
export interface NameServer {
  resolve4(name: string): Promise<string[]>;
  resolve6(name: string): Promise<string[]>;
  cancel(): void;
}

/** How long the system's name servers take for each name; what they say wrong, or not at all, stands beside it. */
export async function timeNames(names: readonly string[], signal: AbortSignal, server: NameServer = systemServer()): Promise<DnsResult[]> {
  const cancel = () => server.cancel();
  const timer = setTimeout(cancel, answerMs);
  signal.addEventListener('abort', cancel);
  try {
    return await Promise.all(names.slice(0, 8).map(name => timeName(name, server)));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  }
}

async function timeName(name: string, server: NameServer): Promise<DnsResult> {
  const begun = performance.now();
  try {
    // A name may have IPv6 addresses only.
    await server.resolve4(name).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENODATA') throw error;
      return server.resolve6(name);
    });
    return { name, ms: Math.round((performance.now() - begun) * 1_000) / 1_000, error: null };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'EFAIL';
    return { name, ms: null, error: (silences.has(code) ? 'no answer' : code).slice(0, 100) };
  }
}

const silences = new Set(['ETIMEOUT', 'ECANCELLED', 'ECONNREFUSED', 'ESERVFAIL_TIMEOUT']);

function systemServer(): NameServer {
  return new Resolver({ timeout: 2_000, tries: 1 });
}
