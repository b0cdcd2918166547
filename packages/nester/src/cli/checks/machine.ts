import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../config.ts';
import type { Version } from '../../version.ts';
import { type Finding, good, note, wrong } from '../finding.ts';

const root = new URL('../../../../../', import.meta.url);

/** The Node that runs this, against the one that the product is made for. */
export function checkNode(running = process.versions.node): Finding {
  const { dependencies } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { dependencies: { node: string } };
  const major = (version: string) => Number(version.split('.')[0]);
  if (major(running) === major(dependencies.node)) return good(`Node ${running}`);
  return wrong(`This runs on Node ${running}; Aerie is made for ${dependencies.node}`, 'Run "npm ci", then "npx nester doctor".');
}

/** The clock: not before this version was made, and not before what is stored already. */
export function checkClock(version: Version, lastAt: number | undefined, now: number): Finding {
  const clock = new Date(now).toISOString();
  const mend = 'Set the clock (timedatectl set-ntp true), then restart Nester.';
  if (Date.parse(version.date) - 86_400_000 > now)
    return wrong(`The clock says ${clock}, before this version was made (${version.date})`, mend);
  if (lastAt !== undefined && lastAt > now + 60_000)
    return wrong(`The clock says ${clock}, but something was stored at ${new Date(lastAt).toISOString()}`, mend);
  return good(`Clock ${clock}`);
}

/** Whether the web UI is there to be served. */
export function checkWeb(file: string = fileURLToPath(new URL('packages/web/dist/index.html', root))): Finding {
  return existsSync(file) ? good('The web UI is built') : wrong('The web UI is not built', 'Run "npm start", which builds it.');
}

/** Whether as many connections as the settings allow find an open file each. */
export function checkOpenFiles(config: Config, limits: string | undefined = processLimits()): Finding {
  const most = limits && /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  const wanted = config.limits.connections;
  if (!most) return note('How many files may be open is not known on this system');
  if (most === 'unlimited' || Number(most) >= wanted + 200) return good(`${most} open files allowed`);
  return note(
    `${most} open files allowed here, fewer than the ${wanted} connections that the settings allow`,
    'Raise it (LimitNOFILE= in the systemd unit, ulimit -n in a shell), or lower limits.connections.',
  );
}

function processLimits(): string | undefined {
  return existsSync('/proc/self/limits') ? readFileSync('/proc/self/limits', 'utf8') : undefined;
}

/** Whether the log file can be written. */
export function checkLog(config: Config): Finding {
  if (!config.log) return good('The log goes to stderr');
  const file = resolve(config.log);
  const target = existsSync(file) ? file : dirname(file);
  try {
    accessSync(target, constants.W_OK);
    return good(`The log is ${file}`);
  } catch {
    return wrong(`The log ${file} cannot be written`, `Make ${dirname(file)} and give it to the user that Nester runs as.`);
  }
}
