import {
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nester } from '../../test/terminal.ts';
import { createApp } from '../app.ts';
import { readConfig } from '../config.ts';

const samples = join(import.meta.dirname, '..', '..', 'test', 'samples');
const sample = (name: string) => join(samples, name);
const quiet = { info() {}, warning() {}, error() {} };

describe('nester import reports', () => {
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'aerie-cli-'));
    await run(['site', 'add', 'KC', 'Kansas City']);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (args: string[]) => nester([...args, '--data', folder]);
  const left = () => readdirSync(join(folder, 'inbox'), { recursive: true }).map(String);

  it('says what would be, takes in, and knows what is here already', async () => {
    const dry = await run(['import', 'reports', sample('d-nmap.xml'), sample('a-nmap.json'), '--site', 'kc', '--dry-run']);
    expect(dry).toMatchObject({ code: 0, stderr: 'Would take 2, here already 0, refused 0.\n' });
    expect(dry.stdout).toMatch(/d-nmap\.xml +D +KC +2026-11-22T09:00:31\.000Z +4 +would be taken/);
    const real = await run(['import', 'reports', sample('a-nmap.json'), '--site', 'KC', '--json']);
    expect(real.code).toBe(0);
    expect(JSON.parse(real.stdout)).toMatchObject([{ taken: { shape: 'A', siteCode: 'KC', hosts: 1, isDouble: false } }]);
    expect(left().filter(path => path.endsWith('.json'))).toEqual([expect.stringMatching(/^done\/\d{4}-\d{2}\/a-nmap\.json$/)]);
    expect((await run(['import', 'reports', sample('a-nmap.json'), '--site', 'KC'])).stderr).toBe('Took 0, here already 1, refused 0.\n');
  });

  it('takes files that are years old', async () => {
    const file = join(folder, 'old.json');
    copyFileSync(sample('a-nmap.json'), file);
    utimesSync(file, 1_000_000, 1_000_000);
    expect(await run(['import', 'reports', file, '--site', 'KC'])).toMatchObject({
      code: 0,
      stderr: 'Took 1, here already 0, refused 0.\n',
    });
  });

  it('refuses what the inbox would put into quarantine, and leaves nothing of it behind', async () => {
    writeFileSync(join(folder, 'future.json'), JSON.stringify({ meta: { generated_at: '2099-01-01T00:00:00Z' }, results: [] }));
    mkdirSync(join(folder, 'folder'));
    const files = [
      sample('unknown-rows.json'),
      sample('a-tcp-fallback.json'),
      join(folder, 'future.json'),
      join(folder, 'folder'),
      'absent.json',
    ];
    const { code, stdout, stderr } = await run(['import', 'reports', ...files]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'nester: Took 0, here already 0, refused 5. Choose a site with --site CODE: "nester site list" shows them.\n',
    });
    expect(stdout).toMatch(/unknown-rows\.json .* refused: it has none of the shapes that are read: it is a bare list of 2/);
    expect(stdout).toMatch(/a-tcp-fallback\.json .* refused: it says nothing of a site/);
    expect(stdout).toMatch(/absent\.json .* refused: there is no such file or folder/);
    expect(left()).toEqual(['.upload']);
    expect(await run(['import', 'reports', sample('a-nmap.json'), '--site', 'XX'])).toMatchObject({
      code: 1,
      stderr: 'nester: There is no site "XX". "nester site list" shows them.\n',
    });
  });

  it.skipIf(process.getuid?.() !== 0)('writes, for root, nowhere but where the owner of the data may write', async () => {
    const nobody = 65_534;
    const others = mkdtempSync(join(tmpdir(), 'aerie-roots-'));
    mkdirSync(join(folder, 'inbox'));
    for (const path of ['.', ...readdirSync(folder)]) chownSync(join(folder, path), nobody, nobody);
    const importing = () => run(['import', 'reports', sample('a-nmap.json'), '--site', 'KC']);
    try {
      symlinkSync(others, join(folder, 'inbox', '.upload'));
      expect(await importing()).toMatchObject({ code: 1 });
      expect([statSync(others).uid, readdirSync(others)]).toEqual([0, []]);
    } finally {
      rmSync(others, { recursive: true });
    }
    rmSync(join(folder, 'inbox', '.upload'));
    expect(await importing()).toMatchObject({ code: 0 });
    expect(statSync(join(folder, 'inbox', '.upload')).uid).toBe(nobody);
  });

  it('works through a Nester that runs', async () => {
    const app = createApp(readConfig({ data: folder, http: '127.0.0.1:0', tcp: '127.0.0.1:0' }, {}), quiet);
    await app.start();
    try {
      expect(await run(['import', 'reports', sample('Patriots.json'), '--site', 'KC'])).toMatchObject({
        code: 0,
        stderr: 'Took 1, here already 0, refused 0.\n',
      });
    } finally {
      await app.stop();
    }
  });
});
