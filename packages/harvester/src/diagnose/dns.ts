import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { done, failed, type Outcome, rounded, type TaskOf } from './outcome.ts';

const answerMs = 3_000;

/** Asks this machine's name servers, or those that are given. */
export async function dns({ request, signal, line }: TaskOf<'dns'>, servers?: readonly string[]): Promise<Outcome> {
  const { name, type } = request;
  const resolver = new Resolver({ timeout: answerMs, tries: 2 });
  if (servers) resolver.setServers(servers);
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const begun = performance.now();
  try {
    const known = ownRecords(name, type);
    if (!known) line(`asking ${resolver.getServers().join(', ') || 'no name server'}`);
    const records = known ?? (await recordsOf(resolver, name, type));
    const ms = rounded(performance.now() - begun);
    for (const record of records) line(`${name}  ${type}  ${record}`);
    return records.length > 0 ? done('records', { name, type, count: records.length, ms }) : failed('no_record', { name, type });
  } catch (error) {
    signal.throwIfAborted();
    const { code } = error as NodeJS.ErrnoException;
    line(String(code ?? (error as Error).message));
    return code === 'ENODATA' || code === 'ENOTFOUND' ? failed('no_record', { name, type }) : failed('failed', { reason: String(code) });
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** What no name server is asked: localhost is this machine, everywhere (RFC 6761). */
function ownRecords(name: string, type: string): string[] | undefined {
  if (/^127\.\d+\.\d+\.\d+$|^::1$/.test(name)) return type === 'PTR' ? ['localhost'] : [];
  if (!/(^|\.)localhost\.?$/i.test(name)) return undefined;
  return type === 'A' ? ['127.0.0.1'] : type === 'AAAA' ? ['::1'] : [];
}

async function recordsOf(resolver: Resolver, name: string, type: TaskOf<'dns'>['request']['type']): Promise<string[]> {
  switch (type) {
    case 'A':
      return await resolver.resolve4(name);
    case 'AAAA':
      return await resolver.resolve6(name);
    case 'CNAME':
      return await resolver.resolveCname(name);
    case 'NS':
      return await resolver.resolveNs(name);
    case 'PTR':
      return isIP(name) ? await resolver.reverse(name) : await resolver.resolvePtr(name);
    case 'MX':
      return (await resolver.resolveMx(name)).map(({ priority, exchange }) => `${priority} ${exchange}`);
    case 'TXT':
      return (await resolver.resolveTxt(name)).map(parts => parts.join(''));
  }
}
