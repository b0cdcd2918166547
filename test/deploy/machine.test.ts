import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { needs } from '../kit/needs.ts';
import { bootMs, Machine } from './machine.ts';

needs('mmdebstrap', 'nspawn')('the lab', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.boot();
  }, bootMs);
  afterAll(() => machine.stop());

  it('boots a Debian of its own, with loopback and nothing else', async () => {
    expect((await machine.run('cat', ['/etc/os-release'])).stdout).toContain('bookworm');
    expect((await machine.run('ps', ['-p1', '-ocomm='])).stdout).toBe('systemd\n');
    const links = JSON.parse((await machine.run('ip', ['-json', 'addr'])).stdout) as { ifname: string; operstate: string }[];
    expect(links.map(({ ifname }) => ifname)).toEqual(['lo']);
    expect((await machine.run('curl', ['-sI', 'http://127.0.0.1/'])).stdout).toContain('nginx');
  });

  it('holds a unit to its limits', async () => {
    const limited = ['-p', 'MemoryMax=50M', '-p', 'TasksMax=7', '--wait', '--pipe', '--quiet'];
    const groups = (await machine.run('systemd-run', [...limited, 'cat', '/proc/self/cgroup'])).stdout;
    expect(groups).toContain('system.slice');
    const eater = await machine.run('systemd-run', [...limited, 'sh', '-c', 'head -c 200M /dev/zero | tail'], { mayFail: true });
    expect(eater.code).not.toBe(0);
  });

  it('keeps its disk when it is booted again, and writes as whom it is told', async () => {
    machine.write('/etc/lab/note', 'kept\n', { mode: 0o640, owner: 'root:www-data' });
    await machine.reboot();
    expect((await machine.run('stat', ['-c', '%U:%G %a', '/etc/lab/note'])).stdout).toBe('root:www-data 640\n');
    expect((await machine.run('cat', ['/etc/lab/note'], { as: 'www-data' })).stdout).toBe('kept\n');
    expect(await machine.run('cat', ['/etc/lab/note'], { as: 'nobody', mayFail: true })).toMatchObject({ code: 1 });
  });

  it('leaves nothing behind', async () => {
    const second = await Machine.boot();
    const { name } = second;
    await second.stop();
    expect(readdirSync(tmpdir())).not.toContain(name);
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(name);
    const groups = readdirSync('/sys/fs/cgroup', { withFileTypes: true }).filter(entry => entry.isDirectory());
    for (const group of groups) expect(readdirSync(`/sys/fs/cgroup/${group.name}`)).not.toContain(name);
  });
});
