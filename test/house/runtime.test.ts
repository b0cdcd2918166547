import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const runtime = join(root, 'scripts', 'runtime.js');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
  dependencies: { node: string };
};
const pinned = manifest.dependencies.node;

/** A launcher of test/house/fixture-program.ts. An old Node cannot replace itself: `execve` is taken away. */
function launch(oldNode: boolean) {
  const code = `
    ${oldNode ? 'delete process.execve;' : ''}
    const { become } = await import(${JSON.stringify(runtime)});
    become('test/house/fixture-program.ts', ['a', 'b c']);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, next: async () => (await lines.next()).value as string | undefined };
}

describe.each([
  ['on a Node that replaces itself', false],
  ['on an old Node', true],
])('a launcher %s', (_, oldNode) => {
  it('runs the program on the pinned Node with its arguments', async () => {
    const { child, next } = launch(oldNode);
    const said = JSON.parse((await next()) ?? '') as { pid: number };
    expect(said).toMatchObject({ version: `v${pinned}`, args: ['a', 'b c'], main: true });
    expect(said.pid === child.pid).toBe(!oldNode);
    child.kill('SIGTERM');
    await once(child, 'exit');
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('hands on %s and the exit code', async signal => {
    const { child, next } = launch(oldNode);
    await next();
    child.kill(signal);
    expect(await next()).toBe(signal);
    expect(await exitOf(child)).toEqual([7, null]);
  });
});

describe('a program that may use one processor', () => {
  it('has no thread that marks memory beside the one that serves', async () => {
    const code = `
      const { become } = await import(${JSON.stringify(runtime)});
      become('test/house/fixture-program.ts', []);`;
    const allowed = /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]!;
    const child = spawn('taskset', ['-c', allowed, process.execPath, '--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    expect((JSON.parse(line) as { flags: string[] }).flags).toContain('--no-concurrent-marking');
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
});

describe('a program with many others on a leash', () => {
  it('listens to a signal once for all of them, and no more when all have ended', async () => {
    const code = `
      const { onStopSignal } = await import(${JSON.stringify(runtime)});
      const count = () => process.listenerCount('SIGTERM');
      const heard = [];
      const alive = setInterval(() => {}, 60_000);
      const offs = Array.from({ length: 20 }, (_, i) => onStopSignal(signal => {
        heard.push(signal);
        if (i < 19) return;
        for (const off of offs) off();
        console.log(JSON.stringify({ heard: heard.length, left: count() }));
        clearInterval(alive);
      }));
      console.log(count());`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe('1');
    child.kill('SIGTERM');
    expect(JSON.parse((await lines.next()).value ?? '')).toEqual({ heard: 20, left: 0 });
    expect(await exitOf(child)).toEqual([0, null]);
  });
});

describe('a launcher', () => {
  it('that is killed takes its program along', async () => {
    const { child, next } = launch(true);
    await next();
    child.kill('SIGKILL');
    // The program still holds the pipe: it is asked to stop, says so, and the pipe ends with it.
    expect(await next()).toBe('SIGTERM');
    expect(await next()).toBeUndefined();
  });

  it('ends by the signal that ended its program', async () => {
    const { child, next } = launch(true);
    const { pid } = JSON.parse((await next()) ?? '') as { pid: number };
    process.kill(pid, 'SIGKILL');
    expect(await exitOf(child)).toEqual([null, 'SIGKILL']);
  });

  it('says what is missing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'aerie-runtime-'));
    cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
    cpSync(join(root, 'packages', 'nester', 'bin'), join(folder, 'packages', 'nester', 'bin'), { recursive: true });
    cpSync(join(root, 'package.json'), join(folder, 'package.json'));
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'packages', 'nester', 'bin', 'nester.js')], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(stderr).toContain('Run "npm ci" in');
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(1);
  });
});

describe('npm scripts', () => {
  it('replace the shell: npm tells only the shell to stop, which would leave the program behind', () => {
    expect(Object.values(manifest.scripts).filter(script => !script.startsWith('exec '))).toEqual([]);
  });
});

async function exitOf(child: ChildProcess): Promise<[number | null, string | null]> {
  if (child.exitCode !== null || child.signalCode !== null) return [child.exitCode, child.signalCode];
  return (await once(child, 'exit')) as [number | null, string | null];
}
