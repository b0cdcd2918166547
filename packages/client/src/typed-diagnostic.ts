import type { CommandInput } from '@aerie/contract';
import { AppError } from '@aerie/contract/errors';
import type { Connection } from './connection.ts';

/** Diagnostics as one asks for them where one writes: `/ping S01 10.0.0.1`. */
export const diagnosticNames = ['scan', 'ping', 'trace', 'dns', 'port', 'http'] as const;
export type DiagnosticName = (typeof diagnosticNames)[number];

type Request = CommandInput<'diagnostic.start'>['request'];

interface TypedDiagnostic {
  siteCode: string;
  request: Request;
}

const recordTypes = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'TXT'] as const;

/** What the words behind such a command ask for; undefined when some are missing, or there are too many. */
export function typedDiagnostic(name: DiagnosticName, rest: string): TypedDiagnostic | undefined {
  const [code, what, more, ...others] = rest.trim().split(/\s+/);
  if (!code || (name !== 'scan' && (!what || others.length > 0))) return undefined;
  const request = requestOf(name, what, more, others);
  return request && { siteCode: code.toUpperCase(), request };
}

function requestOf(name: DiagnosticName, what: string | undefined, more: string | undefined, others: string[]): Request | undefined {
  if (name === 'scan') {
    const targets = [what, more, ...others].filter(target => target !== undefined);
    return { do: 'scan', ...(targets.length > 0 ? { targets } : {}) };
  }
  if (name === 'port') return /^\d{1,5}$/.test(more ?? '') ? { do: 'tcp', host: what!, port: Number(more) } : undefined;
  if (name === 'dns') {
    const type = recordTypes.find(each => each === (more ?? 'A').toUpperCase());
    return type && { do: 'dns', name: what!, type };
  }
  if (more !== undefined) return undefined;
  if (name === 'http') return { do: 'http', url: /^https?:\/\//i.test(what!) ? what! : `http://${what}` };
  return { do: name === 'ping' ? 'ping' : 'traceroute', host: what! };
}

/**
 * Asks a probe of that site that is there; the result is said in the channel.
 * @throws AppError
 */
export async function startTyped(
  connection: Pick<Connection, 'call'>,
  { siteCode, request }: TypedDiagnostic,
  channelId: string,
): Promise<{ probeName: string }> {
  const { sites } = await connection.call('site.list', {});
  const site = sites.find(({ code }) => code === siteCode);
  if (!site) throw new AppError('not_found', { thing: `site ${siteCode}` });
  const { probes } = await connection.call('site.show', { siteId: site.siteId });
  const probe = probes.find(({ connected, revokedAt }) => connected && revokedAt === null);
  if (!probe) throw new AppError('probe_away');
  await connection.call('diagnostic.start', { probeId: probe.probeId, request, channelId });
  return { probeName: probe.name };
}
