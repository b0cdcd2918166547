import { existsSync } from 'node:fs';
import { type Finding, good, note } from '../finding.ts';
import type { Layout } from './layout.ts';
import { printed, type Run, readProperties } from './tools.ts';

const mend = 'timedatectl set-ntp true; where there is no way out, name a time server of the house in /etc/systemd/timesyncd.conf.';
const install = 'apt-get install systemd-timesyncd';

/** Whether something keeps the clock right: timedatectl knows, or chrony, or the sign that systemd-timesyncd leaves. */
export async function checkSynchronised(layout: Layout, run: Run): Promise<Finding> {
  const shown = printed(await run('timedatectl', 'show'));
  const { NTPSynchronized: said, CanNTP: can } = readProperties(shown ?? '');
  if (said === 'yes') return good('The clock is synchronised');
  const tracking = printed(await run('chronyc', '-n', 'tracking'));
  const chrony = tracking === undefined ? undefined : readTracking(tracking);
  if (chrony?.synchronised) return good(`The clock is synchronised by chrony, ${chrony.offsetMs.toFixed(1)} ms off`);
  if (existsSync(layout.clockSign)) return good('The clock is synchronised by systemd-timesyncd');
  if (chrony) return note('chrony runs, but has found no time server that it trusts', 'chronyc sources shows what they answer.');
  if (said === 'no') return note('The clock is not synchronised', can === 'no' ? install : mend);
  return note('Nothing on this machine tells whether the clock is right', install);
}

/** What `chronyc tracking` says. */
export function readTracking(text: string): { synchronised: boolean; offsetMs: number } | undefined {
  const leap = /^Leap status\s*:\s*(.+)$/m.exec(text)?.[1]?.trim();
  const seconds = /^System time\s*:\s*([\d.]+) seconds/m.exec(text)?.[1];
  if (leap === undefined || seconds === undefined) return undefined;
  return { synchronised: leap !== 'Not synchronised', offsetMs: Number(seconds) * 1_000 };
}
