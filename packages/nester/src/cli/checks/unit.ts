import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { type Finding, good, note, wrong } from '../finding.ts';
import type { Layout } from './layout.ts';
import { checkOpenFiles } from './machine.ts';
import { printed, type Run, readProperties, whyNot } from './tools.ts';

const shown = 'LoadState,ActiveState,SubState,UnitFileState,NRestarts,WatchdogUSec,MainPID,Result,NeedDaemonReload';

/** How systemd sees Nester's service, and what the process that runs may use. */
export async function checkUnit(config: Config, layout: Layout, run: Run): Promise<Finding[]> {
  const answer = await run('systemctl', 'show', 'nester.service', `--property=${shown}`);
  const text = printed(answer);
  if (text === undefined) return [note(`systemd cannot be asked: ${whyNot(answer)}`, '"systemctl status nester" shows it.')];
  const unit = readProperties(text);
  const findings = judgeUnit(unit);
  const pid = Number(unit.MainPID);
  if (pid > 0) findings.push(...checkProcess(config, layout, pid));
  return findings;
}

/** Judges what `systemctl show` said of the unit. */
export function judgeUnit(unit: Record<string, string>): Finding[] {
  if (unit.LoadState !== 'loaded')
    return [
      wrong('systemd knows no nester.service', 'Run the installer again; it changes nothing that is right: docs/operations/en/debian.md.'),
    ];
  const findings: Finding[] = [];
  if (unit.ActiveState !== 'active')
    findings.push(
      wrong(
        `nester.service is ${unit.ActiveState} (${unit.Result})`,
        'systemctl start nester; "journalctl -u nester -n 50" says why it ended.',
      ),
    );
  if (!/^(enabled|alias)/.test(unit.UnitFileState ?? ''))
    findings.push(wrong('nester.service does not start with the machine', 'systemctl enable nester'));
  const restarts = Number(unit.NRestarts ?? 0);
  if (restarts > 0)
    findings.push(
      note(
        `systemd has started Nester again ${restarts === 1 ? 'once' : `${restarts} times`} since it was last started by hand`,
        '"journalctl -u nester" says why.',
      ),
    );
  if (/^(0|infinity)$/.test(unit.WatchdogUSec ?? '0'))
    findings.push(
      note(
        'No watchdog looks after nester.service: a Nester that hangs stays so',
        'Run the installer again, which brings the unit of this version.',
      ),
    );
  if (unit.NeedDaemonReload === 'yes') findings.push(note('A unit file has changed since systemd read it', 'systemctl daemon-reload'));
  if (findings.every(({ level }) => level !== 'wrong')) findings.unshift(good('nester.service runs, and starts with the machine'));
  return findings;
}

function checkProcess(config: Config, layout: Layout, pid: number): Finding[] {
  const limits = join(layout.processes, String(pid), 'limits');
  try {
    return existsSync(limits) ? [checkOpenFiles(config, readFileSync(limits, 'utf8'))] : [];
  } catch {
    return [];
  }
}
