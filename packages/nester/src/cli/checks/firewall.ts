import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { type Finding, forRoot, good, note, wrong } from '../finding.ts';
import { isClasscordOnly, type Layout } from './layout.ts';
import { type Answer, printed, type Run, whyNot } from './tools.ts';

/** What `ufw status verbose` says. */
export interface UfwStatus {
  active: boolean;
  /** What happens to what comes in and no rule speaks of: deny, reject or allow. */
  incoming: string | undefined;
  rules: readonly UfwRule[];
}

interface UfwRule {
  /** The lowest and the highest port; undefined: any. */
  ports: readonly { from: number; to: number }[] | undefined;
  protocol: 'tcp' | 'udp' | undefined;
  action: string;
  from: string;
  v6: boolean;
}

/** The firewall of the machine: that it stands, lets in what it should, and nothing that it should not. */
export async function checkFirewall(config: Config, layout: Layout, run: Run, nginx: boolean): Promise<Finding[]> {
  const answer = await run('ufw', 'status', 'verbose');
  if (answer.state === 'missing') return [await withoutUfw(run)];
  const text = printed(answer);
  if (text === undefined)
    return [needsRoot(answer) ? forRoot('The firewall') : wrong(`ufw does not say how it is: ${whyNot(answer)}`, 'ufw status')];
  const status = readUfw(text);
  if (!status) return [note('What ufw answers is not understood', '"ufw status verbose" shows it.')];
  if (!status.active) {
    const other = await rulesOfNft(run);
    if (other === 'closed') return [note('ufw is off, and nftables has rules of its own that deny by default; they are not judged')];
    return [wrong('The firewall is off', applied(layout) ?? 'Open the port of SSH ("sshd -T" says which), then: ufw enable')];
  }
  return judgeUfw(status, config, nginx);
}

/** What closes the machine, and opens first each port by which its administrator may come: never port 22 by guess. */
function applied(layout: Layout): string | undefined {
  const apply = join(layout.current, 'deploy/debian/ufw/apply');
  if (!existsSync(apply)) return undefined;
  return isClasscordOnly(layout) ? `${apply} --classcord-only` : apply;
}

/** Compares the rules of ufw with what an installation needs. */
export function judgeUfw(status: UfwStatus, config: Config, nginx: boolean): Finding[] {
  const findings: Finding[] = [];
  if (status.incoming !== 'deny' && status.incoming !== 'reject')
    findings.push(
      wrong(`The firewall lets in what no rule speaks of (default: ${status.incoming ?? 'unknown'})`, 'ufw default deny incoming'),
    );
  const wanted: [string, number, boolean][] = [
    ['Classcord', config.tcp.port, isOpen(config.tcp.host)],
    ['Classcord over TLS', config.tcpTls?.port ?? 0, config.tcpTls !== undefined && isOpen(config.tcpTls.host)],
    ['the redirection to https', 80, nginx],
    ['the web', 443, nginx],
  ];
  for (const [name, port, needed] of wanted) {
    if (!needed || port === 0 || lets(status, port)) continue;
    findings.push(wrong(`The firewall lets nobody in to ${port}, ${name}`, `ufw allow ${port}/tcp`));
  }
  if (!lets(status, 22) && !status.rules.some(({ action }) => action === 'LIMIT'))
    findings.push(
      note('The firewall has no rule for SSH on 22', 'ufw allow OpenSSH, unless SSH has another port here, or you have a console.'),
    );
  const { host, port } = config.http;
  if (nginx && lets(status, port))
    findings.push(
      wrong(
        `The firewall lets people in to ${port}, past nginx`,
        `ufw delete allow ${port}/tcp${isOpen(host) ? '; and listen on 127.0.0.1 (AERIE_HTTP)' : ''}`,
      ),
    );
  if (findings.every(({ level }) => level !== 'wrong'))
    findings.unshift(good(`The firewall is on: ${status.incoming} by default, ${status.rules.filter(({ v6 }) => !v6).length} rules`));
  return findings;
}

/** Whether somebody gets in to a port: the first rule that speaks of it decides, apart from what shuts single networks out. */
function lets(status: UfwStatus, port: number): boolean {
  const rule = status.rules.find(({ protocol, ports, from, action }) => {
    const isForAll = from.startsWith('Anywhere');
    if (protocol === 'udp' || (!isForAll && (ports === undefined || action === 'DENY' || action === 'REJECT'))) return false;
    return ports === undefined || ports.some(span => span.from <= port && port <= span.to);
  });
  return rule === undefined ? status.incoming === 'allow' : rule.action === 'ALLOW' || rule.action === 'LIMIT';
}

/** Reads `ufw status verbose`; undefined when it is something else. */
export function readUfw(text: string): UfwStatus | undefined {
  const active = /^Status: (active|inactive)$/m.exec(text)?.[1];
  if (active === undefined) return undefined;
  const incoming = /^Default: (\w+) \(incoming\)/m.exec(text)?.[1];
  const rules = text.split('\n').flatMap((line): UfwRule[] => {
    const [, to, action, direction, from] = /^(\S.*?)\s{2,}(ALLOW|DENY|REJECT|LIMIT)(?: (IN|OUT|FWD))?\s{2,}(\S.*?)\s*$/.exec(line) ?? [];
    if (to === undefined || action === undefined || from === undefined || (direction ?? 'IN') !== 'IN') return [];
    return [{ ...portsOf(to), action, from: from.replace(/\s*#.*$/, '').replace(/\s*\(v6\)/, ''), v6: /\(v6\)/.test(to + from) }];
  });
  return { active: active === 'active', incoming, rules };
}

/** `22/tcp`, `80,443/tcp (Nginx Full)`, `10.0.0.1 22/tcp on eth0`, `Anywhere`. */
function portsOf(to: string): Pick<UfwRule, 'ports' | 'protocol'> {
  const [, list, protocol] =
    /(?:^|\s)(\d[\d,:]*)(?:\/(tcp|udp))?(?=\s|$)/.exec(to.replace(/^[\da-fA-F.:]*[.:][\da-fA-F.:]*(\/\d+)?\s/, ' ')) ?? [];
  if (list === undefined) return { ports: undefined, protocol: /\/(tcp|udp)/.exec(to)?.[1] as UfwRule['protocol'] };
  const ports = list.split(',').map(span => {
    const [from, to = from] = span.split(':').map(Number) as [number, number?];
    return { from, to };
  });
  return { ports, protocol: protocol as UfwRule['protocol'] };
}

async function withoutUfw(run: Run): Promise<Finding> {
  const rules = await rulesOfNft(run);
  if (rules === 'closed') return note('nftables denies by default, without ufw; its rules are not judged');
  if (rules === 'hidden') return forRoot('The firewall');
  return note('This machine has no firewall', 'docs/operations/en/firewall.md; right only where another one stands before it.');
}

/** Whether the rules of nftables drop what comes in and no rule speaks of. */
async function rulesOfNft(run: Run): Promise<'closed' | 'open' | 'hidden'> {
  const answer = await run('nft', 'list', 'ruleset');
  const text = printed(answer);
  if (text === undefined) return needsRoot(answer) ? 'hidden' : 'open';
  return /type filter hook input priority [^;]+; policy drop;/.test(text) ? 'closed' : 'open';
}

function needsRoot(answer: Answer): boolean {
  return answer.state === 'ran' && /need to be root|Operation not permitted|Permission denied/i.test(answer.stderr + answer.stdout);
}

const isOpen = (host: string) => !/^(127\.|::1$|localhost$)/.test(host);
