import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { nesterHere, nester as run } from '../../test/terminal.ts';
import { createApp } from '../app.ts';
import { readConfig } from '../config.ts';
import { readVersion } from '../version.ts';

const quiet = { info() {}, warning() {}, error() {} };

onEachDatabase('nester site and nester probe', newDatabase => {
  it('work on the store itself while no Nester runs', async () => {
    const database = await newDatabase();
    const env: Record<string, string> = { AERIE_DATA: database.folder, AERIE_PUBLIC_URL: 'https://aerie.example' };
    if (database.databaseUrl) env.AERIE_DATABASE_URL = database.databaseUrl;
    const nester = (...args: string[]) => nesterHere(args, { env });
    expect(await run(['site', 'add', 'KC', 'Kansas City'], { env })).toEqual({
      code: 0,
      stdout: '',
      stderr: 'Made the site KC. Add its probe with "nester probe code --site KC".\n',
    });
    expect(await nester('site', 'add', 'KC', 'Again')).toMatchObject({ code: 1, stderr: expect.stringContaining('already a site KC') });
    expect(await nester('site', 'add', 'kc city', 'x')).toMatchObject({ code: 1, stderr: expect.stringContaining('The field code') });
    expect(await nester('site', 'list')).toMatchObject({
      stdout: expect.stringMatching(/\nKC {4}Kansas City {2}unknown \(no probe\) +0 of 0 +never\n/),
    });
    const sites = JSON.parse((await nester('site', 'list', '--json')).stdout);
    expect(sites).toMatchObject([{ code: 'KC', name: 'Kansas City', state: 'unknown', why: 'no_probe' }]);
    expect(
      await nester(
        'site',
        'set',
        'kc',
        '--name',
        'Kansas City Chiefs',
        '--group',
        'AFC West',
        '--zone',
        'America/Chicago',
        '--longitude',
        '-94.5',
      ),
    ).toMatchObject({ code: 0, stderr: 'Changed the site KC.\n' });
    expect(await nester('site', 'set', 'KC', '--zone', 'Mars')).toMatchObject({ code: 1, stderr: expect.stringContaining('"Mars"') });
    expect(await nester('site', 'set', 'KC')).toMatchObject({ code: 1, stderr: expect.stringContaining('Say what to change') });
    expect(await nester('site', 'set', 'KC', '--latitude', 'north')).toMatchObject({ code: 2 });
    const file = join(database.folder, 'sites.csv');
    writeFileSync(
      file,
      'code,name,group,zone,latitude,longitude\nKC,Kansas City,,,39.05,-94.48\nSEA,Seattle,NFC West,America/Los_Angeles,,\n',
    );
    expect(await nester('site', 'import', file, '--dry-run')).toMatchObject({ code: 0, stderr: 'Would make 1, would change 1.\n' });
    expect(await nester('site', 'import', file)).toMatchObject({ code: 0, stderr: 'Made 1, changed 1.\n' });
    expect(await nester('site', 'import', file)).toMatchObject({ code: 0, stderr: 'Made 0, changed 0.\n' });
    writeFileSync(file, 'code,name,zone\nDEN,Denver,America/Denver\nMIA,Miami,America/Miami\n');
    expect(await nester('site', 'import', file)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Line 3: "America/Miami" is no time zone. Nothing was done.'),
    });
    expect(JSON.parse((await nester('site', 'list', '--json')).stdout)).toMatchObject([
      { code: 'KC', name: 'Kansas City', group: 'AFC West', zone: 'America/Chicago', latitude: 39.05, longitude: -94.48 },
      { code: 'SEA', name: 'Seattle', group: 'NFC West' },
    ]);
    expect((await nester('site', 'list')).stdout).toMatch(/^code +name +state +devices up +last contact +group\n/);
    expect(await nester('probe', 'code', '--site', 'kc')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^npx harvester enrol https:\/\/aerie\.example [0-9A-Z]{4}(-[0-9A-Z]{4}){3}\n$/),
      stderr: expect.stringContaining('Nester is not running'),
    });
    expect(await nester('probe', 'code', '--site', 'NO')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no site "NO"'),
    });
    expect(await nester('probe', 'code')).toMatchObject({ code: 2 });
    await database.remove();
  }, 60_000);
});

describe('nester site and nester probe', () => {
  it('work through a Nester that runs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'aerie-cli-'));
    const config = readConfig({ data: folder, http: '127.0.0.1:0', tcp: '127.0.0.1:0' }, {});
    const archives = join(folder, 'archives');
    const app = createApp({ ...config, probeArchives: archives }, quiet);
    const { publicUrl } = await app.start();
    try {
      const nester = (...args: string[]) => nesterHere(args, { env: { AERIE_DATA: folder } });
      expect(await nester('site', 'add', 'KC', 'Kansas City')).toMatchObject({ code: 0 });
      const { stdout, stderr } = await nester('probe', 'code', '--site', 'KC');
      expect(stdout).toContain(`npx harvester enrol ${publicUrl} `);
      expect(stderr).toBe('');

      // With a release to hand out, the line installs it; on stdout it stands alone.
      mkdirSync(archives);
      writeFileSync(join(archives, `aerie-${readVersion().version}-linux-x64.tar.gz`), 'an archive');
      const installing = await nester('probe', 'code', '--site', 'KC');
      expect(installing.stdout).toMatch(/^\(u=http.*\/probe\/install\.sh .*sha256sum -c.*\)\n$/);
      expect(installing.stderr).toMatch(/^Where a Harvester is installed already: sudo harvester enrol http\S+ \S+\n$/);
    } finally {
      await app.stop();
      rmSync(folder, { recursive: true });
    }
  });
});
