import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../../config.ts';
import { type Finding, forRoot, good, note, wrong } from '../finding.ts';
import type { Layout } from './layout.ts';
import { printed, type Run, whyNot } from './tools.ts';

const jail = 'classcord';
const page = 'docs/operations/en/bans.md';

/** Fail2ban: its server answers, the jail is there, and reads the log that Nester writes, with the filter of this version. */
export async function checkBans(config: Config, layout: Layout, run: Run): Promise<Finding[]> {
  const ping = await run('fail2ban-client', 'ping');
  if (ping.state === 'missing')
    return [note('Fail2ban is not installed: who guesses passwords is slowed down, not shut out', `apt-get install fail2ban; ${page}`)];
  if (ping.state === 'ran' && /permission denied/i.test(ping.stderr + ping.stdout)) return [forRoot('Fail2ban')];
  const pong = printed(ping);
  if (pong === undefined || !/pong/.test(pong))
    return [wrong(`Fail2ban does not answer: ${whyNot(ping)}`, 'systemctl restart fail2ban; "fail2ban-client -t" says what is wrong.')];
  const status = printed(await run('fail2ban-client', 'status', jail));
  if (status === undefined) return [wrong(`Fail2ban has no jail ${jail}`, `Put it in place, then: fail2ban-client reload. ${page}`)];
  const { files, banned } = readJail(status);
  const findings: Finding[] = [];
  const log = config.log && resolve(config.log);
  if (log === undefined)
    findings.push(
      wrong(
        'Nester logs to stderr: the jail sees no log-ins',
        'Set log = "/var/log/classcord/classcord.log" (AERIE_LOG), then restart Nester.',
      ),
    );
  else if (files.length > 0 && !files.includes(log))
    findings.push(
      wrong(
        `The jail ${jail} reads ${files.join(' ')}, but Nester writes ${log}`,
        `Name it as logpath of the jail, then: fail2ban-client reload ${jail}`,
      ),
    );
  findings.push(...checkFilter(layout));
  if (findings.length === 0) findings.push(good(`Fail2ban watches ${files.join(' ') || 'the journal'}, ${banned} banned now`));
  return findings;
}

/** The filter in place against that of the version in use: an older one may miss what is logged now. */
function checkFilter(layout: Layout): Finding[] {
  const shipped = join(layout.current, 'deploy/debian/fail2ban/filter.d', `${jail}.conf`);
  const placed = join(layout.filters, `${jail}.conf`);
  if (!existsSync(placed) || !existsSync(shipped)) return [];
  if (readFileSync(placed, 'utf8') === readFileSync(shipped, 'utf8')) return [];
  return [wrong(`${placed} is not that of this version`, `cp ${shipped} ${placed}, then: fail2ban-client reload ${jail}`)];
}

/** What `fail2ban-client status JAIL` says. */
export function readJail(text: string): { files: string[]; banned: number } {
  const files = /File list:\s*(.*)$/m.exec(text)?.[1] ?? '';
  return { files: files.split(/\s+/).filter(Boolean), banned: Number(/Currently banned:\s*(\d+)/.exec(text)?.[1] ?? 0) };
}
