import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onNode } from '../kit/server.ts';
import type { ProbesOrder } from './probes.ts';

/** All probes, connected. */
export interface CrowdOfProbes {
  /** Until the last one was connected and had beaten once, in seconds. */
  readonly thereS: number;
  /** Lets go; how many reports were sent. */
  leave(): Promise<number>;
}

/** Starts the probes in a process of their own. @throws when one could not come in, or a report was refused */
export async function startProbes(folder: string, order: ProbesOrder, core: number | undefined): Promise<CrowdOfProbes> {
  const file = join(folder, `probes-${process.hrtime.bigint()}.json`);
  writeFileSync(file, JSON.stringify(order), { mode: 0o600 });
  const command = onNode(join(import.meta.dirname, 'probes.ts'), [file]);
  if (core !== undefined) command.unshift('taskset', '-c', String(core));
  const child = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  let said = '';
  child.stderr.on('data', chunk => {
    said = (said + chunk).slice(-2_000);
  });
  const there = Promise.withResolvers<number>();
  let sent = 0;
  let fault: string | undefined;
  createInterface({ input: child.stdout }).on('line', line => {
    const told = JSON.parse(line) as { thereS?: number; sent?: number; error?: string };
    if (told.thereS !== undefined) there.resolve(told.thereS);
    sent = told.sent ?? sent;
    fault ??= told.error;
  });
  const closed = once(child, 'close').then(() => {
    process.off('exit', kill);
    there.reject(new Error(said.trim() || 'the probes ended too soon'));
  });
  const thereS = await there.promise;
  return {
    thereS,
    async leave() {
      child.stdin.end();
      await closed;
      if (fault !== undefined) throw new Error(fault);
      return sent;
    },
  };
}
