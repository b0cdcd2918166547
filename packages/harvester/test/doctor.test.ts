import { execFile } from 'node:child_process';
import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { root, scratchFolder } from '../../../test/kit/scratch.ts';
import { until } from '../../../test/kit/wait.ts';
import { examine, mayRaw } from '../src/cli/doctor.ts';
import { type Config, readConfig } from '../src/config.ts';
import { enrol } from '../src/enrol.ts';
import { Harvester } from '../src/run.ts';
import { Spool } from '../src/spool.ts';
import { readVersion } from '../src/version.ts';
import { FakeNester } from './fake-nester.ts';
import { KeptLog, QuietSources } from './probe.ts';

let nester: FakeNester;
let folder: string;
let tests = 0;
const base = scratchFolder('harvester-doctor');
const { version } = readVersion();

beforeEach(async () => {
  nester = await FakeNester.start();
  tests += 1;
  folder = join(base, String(tests));
});
afterEach(() => nester.close());

const joinSite = () => enrol(folder, nester.url, 'GOOD-CODE', { force: false, version });
const configure = (flags: Partial<Record<keyof Config, unknown>> = {}) => readConfig({ data: folder, proxy: 'off', ...flags }, {});
const wrong = async (flags?: Partial<Record<keyof Config, unknown>>) =>
  (await examine(configure(flags))).filter(({ level }) => level === 'wrong').map(({ says, mend }) => `${says}. ${mend}`);

describe('harvester doctor', () => {
  test('says that nobody is enrolled, and how that is done; makes nothing', async () => {
    expect(await wrong()).toEqual([expect.stringMatching(/^No probe is enrolled in .*harvester enrol URL CODE$/)]);
    expect(readdirSync(base)).not.toContain(String(tests));
  });

  test('finds nothing wrong with a probe that was enrolled and does not run yet', async () => {
    await joinSite();
    const findings = await examine(configure());
    expect(findings.filter(({ level }) => level === 'wrong')).toEqual([]);
    expect(findings).toContainEqual({
      level: 'note',
      says: 'The Harvester does not run',
      mend: expect.stringContaining('systemctl start harvester'),
    });
    expect(findings).toContainEqual({ level: 'good', says: `Nester ${version} answers at ${nester.url}` });
    expect(findings).toContainEqual(expect.objectContaining({ level: 'note', says: expect.stringContaining('no device of the site') }));
    nester.version = '0.0.1';
    expect(await examine(configure())).toContainEqual(
      expect.objectContaining({ level: 'note', says: expect.stringContaining('Nester 0.0.1') }),
    );
  });

  test('counts what waits to be sent', async () => {
    await joinSite();
    new Spool(folder).add('{}', Date.now());
    expect(await examine(configure())).toContainEqual({ level: 'good', says: '1 report to be sent' });
  });

  test('sees who can look into the folder, and that Nester is away or somebody else', async () => {
    await joinSite();
    chmodSync(folder, 0o755);
    expect(await wrong()).toEqual([`Other users of this machine can look into ${folder}. chmod go= ${folder}`]);
    chmodSync(folder, 0o700);
    await nester.close();
    expect(await wrong()).toEqual([expect.stringMatching(/is not reached: .*ECONNREFUSED.*HARVESTER_NESTER/)]);
    expect(await wrong({ nester: 'http://127.0.0.1:1' })).toEqual([expect.stringContaining('Nester at http://127.0.0.1:1 is not reached')]);
  });

  test('asks a probe that runs: its line, its policy, its clock', async () => {
    // Nester's clock is ten minutes ahead, and its policy allows a network.
    nester.aheadMs = 600_000;
    nester.policy = { ...nester.policy, ranges: ['10.0.0.0/24'], version: 7, heartbeatMs: 1_000 };
    await joinSite();
    const harvester = new Harvester({ folder, version, log: new KeptLog(), sources: new QuietSources() });
    await harvester.start();
    try {
      await until(
        // With the second, the answer to the first is there, and with it the clock.
        'two heartbeats',
        listener => {
          nester.on('heartbeat', listener);
          return () => nester.off('heartbeat', listener);
        },
        () => nester.heartbeats.length >= 2,
      );
      const findings = await examine(configure());
      expect(findings).toContainEqual({ level: 'good', says: `Connected to Nester at ${nester.url}` });
      expect(findings).toContainEqual({ level: 'good', says: 'It may touch 10.0.0.0/24 (policy 7)' });
      expect(findings.filter(({ level }) => level === 'wrong')).toEqual([
        {
          level: 'wrong',
          says: expect.stringMatching(/^The clock is (599|600|601) s behind Nester's$/),
          mend: expect.stringContaining('timedatectl'),
        },
      ]);
    } finally {
      await harvester.stop();
    }
  });

  test('answers 1 with a line for each thing, or as JSON', async () => {
    const run = (...args: string[]) =>
      new Promise<{ code: number; out: string; err: string }>(done =>
        execFile(
          process.execPath,
          [join(root, 'packages/harvester/bin/harvester.js'), 'doctor', ...args],
          { env: { HOME: base, PATH: '', HARVESTER_DATA: folder }, cwd: base },
          (error, out, err) => done({ code: error ? Number(error.code) : 0, out, err }),
        ),
      );
    const { code, out, err } = await run();
    expect({ code, err }).toEqual({ code: 1, err: 'harvester: One thing is wrong.\n' });
    expect(out).toMatch(
      /^ok {4}Harvester .*\nWRONG No probe is enrolled in .*\nnote {2}nmap is not installed: .*\. apt-get install nmap\n/,
    );
    await joinSite();
    const json = await run('--json');
    expect(json.code).toBe(0);
    expect(JSON.parse(json.out)).toContainEqual(
      expect.objectContaining({ level: 'good', says: expect.stringContaining('Enrolled at PARIS') }),
    );
  });

  test('knows from the kernel whether the service may send raw packets', () => {
    const status = (uid: number, effective: string, ambient: string) =>
      `Name:\tnode\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\nCapInh:\t0000000000000000\nCapEff:\t${effective}\nCapBnd:\t0000000000002000\nCapAmb:\t${ambient}\n`;
    expect(mayRaw(status(989, '0000000000002000', '0000000000002000'))).toBe(true);
    expect(mayRaw(status(989, '0000000000002000', '0000000000000000'))).toBe(false);
    expect(mayRaw(status(0, '000001ffffffffff', '0000000000000000'))).toBe(true);
    expect(mayRaw(status(0, '0000000000000000', '0000000000000000'))).toBe(false);
  });
});
