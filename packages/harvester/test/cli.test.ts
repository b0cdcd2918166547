import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { report } from '@aerie/contract/reports';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root, scratchFolder } from '../../../test/kit/scratch.ts';
import { FakeNester } from './fake-nester.ts';

const base = scratchFolder('harvester-cli');
let nester: FakeNester;
beforeAll(async () => {
  nester = await FakeNester.start();
});
afterAll(() => nester.close());

/** Runs `harvester …`; without nmap in PATH, so that each machine does the same. */
function harvester(folder: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { HOME: base, PATH: '', HARVESTER_DATA: join(base, folder) };
  return new Promise(done =>
    execFile(process.execPath, [join(root, 'packages/harvester/bin/harvester.js'), ...args], { env, cwd: base }, (error, out, err) =>
      done({ code: error ? Number(error.code) : 0, out, err }),
    ).stdin!.end(),
  );
}

describe('the command harvester', () => {
  test('says its version and its commands', async () => {
    expect(await harvester('none', '--version')).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+ \d{4}-\d\d-\d\d/) });
    const { code, out } = await harvester('none', '--help');
    expect(code).toBe(0);
    for (const name of ['enrol', 'run', 'scan', 'status', 'password']) expect(out).toContain(`\n  ${name} `);
  });

  test.each([
    ['an unknown command', ['dance'], 2, /unknown command 'dance'/],
    ['a missing argument', ['enrol', 'http://127.0.0.1:1'], 2, /missing required argument 'code'/],
    ['a setting that is none', ['run', '--nester', 'there'], 2, /HARVESTER_NESTER .* http:\/\/HOST:PORT/],
    ['an address that is none', ['run', '--http', '5000'], 2, /HARVESTER_HTTP .* 127\.0\.0\.1:5000, or off/],
    ['a dashboard for everybody', ['run', '--http', '0.0.0.0:0'], 1, /Set a password first: npx harvester password/],
    ['a password that is none', ['password'], 1, /npx harvester password < password\.txt/],
    ['a run that nobody enrolled', ['run'], 1, /No probe is enrolled/],
    ['a status that nobody enrolled', ['status'], 1, /No probe is enrolled/],
    ['a range that is not allowed', ['scan', '--targets', '192.0.2.0/24'], 1, /does not allow this. It allows: 127.0.0.1\/32/],
    ['a range that is none', ['scan', '--targets', 'everything'], 1, /neither an address nor a range/],
  ])('answers %s with one line and its exit code', async (_, args, code, line) => {
    const answer = await harvester('none', ...args);
    expect(answer).toMatchObject({ code, out: '' });
    expect(answer.err).toMatch(line);
    expect(answer.err.trim().split('\n')).toHaveLength(1);
  });

  test('reads its settings from a file too', async () => {
    const file = join(base, 'harvester.toml');
    writeFileSync(file, 'dance = true\n');
    expect(await harvester('none', 'status', '--config', file)).toMatchObject({ code: 2, err: expect.stringContaining('"dance"') });
  });

  test('scans loopback before it is enrolled, in words and as a report, and keeps nothing', async () => {
    const words = await harvester('fresh', 'scan');
    expect(words.code).toBe(0);
    expect(words.out).toMatch(/^127\.0\.0\.1 {2}up\n/);
    expect(words.out).toContain('not known: services (nmap is not installed: apt-get install nmap)');
    const json = await harvester('fresh', 'scan', '--json', '--targets', '127.0.0.1');
    expect(report.safeParse(JSON.parse(json.out)).success).toBe(true);
  });

  test('says what a scan would touch, and sends nothing', async () => {
    const { code, out } = await harvester('fresh', 'scan', '--dry-run');
    expect(code).toBe(0);
    expect(out).toMatch(/^Nothing was sent\. A scan now would touch 1 address in 127\.0\.0\.1\/32:\n {2}127\.0\.0\.1\nTCP ports 21-23,/);
    expect(out).toContain('1. who is there and which ports are open: TCP connections of our own (nmap is not installed)');
    expect(out).toMatch(/at 2000 packets a second\.\n$/);
    const json = await harvester('fresh', 'scan', '--dry-run', '--json');
    expect(JSON.parse(json.out)).toMatchObject({ addresses: ['127.0.0.1'], left: 0, packetsPerSecond: 2_000 });
  });

  test('scans the hosts of an inventory that the policy allows, and says which have no address', async () => {
    const file = join(base, 'hosts.json');
    writeFileSync(file, '\ufeff{"hosts": ["127.0.0.1", "10.255.255.1", "not a name"]}');
    const { code, out, err } = await harvester('fresh', 'scan', '--inventory', file, '--json');
    expect({ code, err }).toEqual({ code: 0, err: 'harvester: no address for "not a name"; they are left out.\n' });
    expect(JSON.parse(out)).toMatchObject({ targets: ['127.0.0.1/32'], kind: 'full' });
    writeFileSync(file, '10.255.255.1\n');
    expect(await harvester('fresh', 'scan', '--inventory', file)).toMatchObject({
      code: 1,
      err: expect.stringContaining('does not allow this'),
    });
    expect(await harvester('fresh', 'scan', '--inventory', join(base, 'none'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('ENOENT'),
    });
  });

  test('looks only who is there when it is asked to', async () => {
    const { out } = await harvester('fresh', 'scan', '--sweep', '--json');
    expect(JSON.parse(out)).toMatchObject({ kind: 'sweep', ports: '', hosts: [{ address: '127.0.0.1', status: 'up', ports: [] }] });
  });

  test('enrols, scans into its folder, and says how it does', async () => {
    expect(await harvester('home', 'enrol', nester.url, 'GOOD-CODE')).toMatchObject({
      code: 0,
      out: 'Enrolled at PARIS (Paris). Start it: npx harvester run\n',
    });
    expect(await harvester('home', 'enrol', nester.url, 'GOOD-CODE')).toMatchObject({ code: 1, err: expect.stringContaining('--force') });
    expect((await harvester('home', 'scan')).code).toBe(0);
    const [file] = readdirSync(join(base, 'home', 'reports'));
    const { code, out } = await harvester('home', 'status');
    expect(code).toBe(0);
    expect(out).toContain('PARIS (Paris)');
    expect(out).toContain('the Harvester does not run');
    expect(out).toContain(`${file}: 1 host`);
    expect(out).toMatch(/to be sent +1\n/);
    expect(JSON.parse((await harvester('home', 'status', '--json')).out)).toMatchObject({
      probeId: 'probe-1',
      running: false,
      spoolDepth: 1,
    });
  });

  test('does not keep the translator of its sources while it runs: the start that needs it begins anew, the next does not', async () => {
    const env = {
      HOME: base,
      PATH: '',
      HARVESTER_DATA: join(base, 'home'),
      HARVESTER_HTTP: 'off',
      NODE_COMPILE_CACHE: join(base, 'compiled'),
    };
    for (const isFirst of [true, false]) {
      const probe = spawn(process.execPath, [join(root, 'packages/harvester/bin/harvester.js'), 'run'], { env, cwd: base });
      const ended = once(probe, 'exit');
      try {
        const [line] = await once(createInterface({ input: probe.stdout }), 'line', { signal: AbortSignal.timeout(30_000) });
        expect(line).toBe('ready');
        expect(readFileSync(`/proc/${probe.pid}/environ`, 'utf8').includes('\0HARVESTER_BEGUN_ANEW=1')).toBe(isFirst);
      } finally {
        probe.kill('SIGTERM');
      }
      expect(await ended).toEqual([0, null]);
    }
  });
});
