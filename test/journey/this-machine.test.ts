import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandOutput } from '@aerie/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectToNester } from '../../packages/nester/src/cli/socket.ts';
import { root, scratchFolder } from '../kit/scratch.ts';
import { until, within } from '../kit/wait.ts';

let folder: string;
let child: ChildProcess | undefined;
let output = '';
const listeners = new Set<() => void>();

beforeEach(() => {
  folder = scratchFolder('both');
});
afterEach(async () => {
  if (child?.exitCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
});

/** What npm start becomes, with its own folders and ports. */
function start(...args: string[]): void {
  output = '';
  const local = Object.fromEntries(['AERIE_HTTP', 'AERIE_TCP', 'AERIE_TCP_TLS', 'HARVESTER_HTTP'].map(name => [name, '127.0.0.1:0']));
  if (!args.includes('--lan')) delete local.AERIE_TCP_TLS;
  const env = { PATH: process.env.PATH, HOME: folder, AERIE_DATA: join(folder, 'data'), HARVESTER_DATA: join(folder, 'probe'), ...local };
  child = spawn(process.execPath, [join(root, 'scripts/both.ts'), ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
}

/** Waits until it has printed that, so many times. */
async function printed(text: RegExp, times = 1): Promise<void> {
  try {
    await until(
      String(text),
      listener => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      () => [...output.matchAll(new RegExp(text, 'gm'))].length >= times,
      60_000,
    );
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${output}`);
  }
}

async function stop(): Promise<[number | null, NodeJS.Signals | null]> {
  const ended = once(child!, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  child!.kill('SIGINT');
  return within(20_000, 'the end of both', ended);
}

/** The process ids of the programs that it started, by the script they run. */
function programs(): { nester?: number; harvester?: number } {
  const children = readFileSync(`/proc/${child!.pid}/task/${child!.pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  const of = (name: string) => children.find(pid => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`packages/${name}/src/main.ts`));
  return { nester: of('nester'), harvester: of('harvester') };
}

async function site(): Promise<CommandOutput<'site.show'>> {
  const desk = (await connectToNester(join(folder, 'data', 'nester.sock')))!;
  try {
    const { sites } = await desk.call('site.list', {});
    expect(sites.map(({ code }) => code)).toEqual(['THIS-MACHINE']);
    return await desk.call('site.show', { siteId: sites[0]!.siteId });
  } finally {
    await desk.close();
  }
}

describe('npm start', () => {
  it('runs a Harvester for this machine too, which is enrolled by itself, once', async () => {
    start();
    await printed(/harvester: .*Nester has taken a report/);
    // The line that scripts wait for is Nester's own, untouched.
    expect(output).toMatch(/^ready http=127\.0\.0\.1:\d+ tcp=127\.0\.0\.1:\d+$/m);
    const first = await site();
    expect(first.site).toMatchObject({ name: 'This machine', state: 'up' });
    expect(first.policy.ranges).toEqual(['127.0.0.1/32']);
    expect(first.devices.map(({ address }) => address)).toEqual(['127.0.0.1']);
    const { nester, harvester } = programs();
    expect(await stop()).toEqual([0, null]);
    for (const pid of [nester!, harvester!]) expect(() => process.kill(pid, 0)).toThrow('ESRCH');

    // Another start, on other ports.
    start();
    await printed(/harvester: .*Nester has taken a report/);
    const { probes } = await site();
    expect(probes.map(({ probeId }) => probeId)).toEqual(first.probes.map(({ probeId }) => probeId));
    expect(output).not.toContain('enrolled');
    expect(await stop()).toEqual([0, null]);
  });

  it('goes on with one when the other dies, and starts that again', async () => {
    start();
    await printed(/harvester: ready/);
    await printed(/harvester: the dashboard of this machine's probe: http:\/\/127\.0\.0\.1:\d+/);
    const [, dashboard] = /probe: (http:\S+)/.exec(output)!;
    expect(await (await fetch(`${dashboard}/api/status`)).json()).toMatchObject({ site: { code: 'THIS-MACHINE' } });
    const before = programs();
    process.kill(before.harvester!, 'SIGKILL');
    await printed(/The Harvester ended \(SIGKILL\): it is started again/);
    await printed(/harvester: ready/, 2);
    expect(programs().nester).toBe(before.nester);
    process.kill(before.nester!, 'SIGKILL');
    await printed(/Nester ended \(SIGKILL\): it is started again/);
    await printed(/^ready http=/, 2);
    // It listens on other ports now: the Harvester follows.
    const [, address] = [...output.matchAll(/^ready http=(\S+)/gm)].at(-1)!;
    await printed(new RegExp(`Connected to Nester .*${address}`));
    expect(await stop()).toEqual([0, null]);
  });

  it('lets the Harvester know the certificate that --lan makes', async () => {
    start('--lan');
    await printed(/harvester: .*Nester has taken a report/);
    const identity = JSON.parse(readFileSync(join(folder, 'probe', 'identity.json'), 'utf8')) as { url: string; pin: string };
    expect(identity.url).toMatch(/^https:\/\/127\.0\.0\.1:/);
    expect(identity.pin).toHaveLength(43);
    expect(await stop()).toEqual([0, null]);
  });

  it('ends as Nester does when that cannot start', async () => {
    start('--http', 'nonsense');
    const [code] = await within(30_000, 'the end', once(child!, 'exit'));
    expect(code).toBe(2);
    expect(output).toContain('AERIE_HTTP');
  });

  it('takes both along when it is killed', async () => {
    start();
    await printed(/harvester: ready/);
    const pids = Object.values(programs());
    expect(pids).toHaveLength(2);
    child!.kill('SIGKILL');
    // `tail` ends when they have: no polling of ours.
    execFileSync('tail', [...pids.map(pid => `--pid=${pid}`), '-f', '/dev/null'], { timeout: 20_000 });
  });
});
