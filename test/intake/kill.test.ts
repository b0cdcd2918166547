import { mkdirSync, readdirSync, utimesSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IntakeFile } from '@aerie/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Nester } from '../kit/nester.ts';
import { firstAdministrator, type Person } from '../kit/people.ts';
import { until } from '../kit/wait.ts';

const good = 400;
const bad = 30;
/** It is killed when it has taken so many more. */
const rounds = [1, 40, 90, 120];

let nester: Nester;
let admin: Person;
let siteId: string;

beforeAll(async () => {
  nester = await Nester.start();
  admin = await firstAdministrator(nester);
  ({ siteId } = await admin.http.call('site.create', { code: 'KC', name: 'Kansas City' }));
  await nester.stop();
});
afterAll(() => nester.remove());

const at = (...path: string[]) => join(nester.folder, ...path);
const names = (...path: string[]) => readdirSync(at(...path));

function drop(name: string, content: string): void {
  writeFileSync(at('inbox/KC', name), content);
  const long = Date.now() / 1_000 - 600;
  utimesSync(at('inbox/KC', name), long, long);
}

async function all(): Promise<IntakeFile[]> {
  const files: IntakeFile[] = [];
  for (let before: number | undefined; ; before = files.at(-1)!.at) {
    const page = await admin.http.call('intake.list', { limit: 200, ...(before === undefined ? {} : { before }) });
    if (page.files.length === 0) return files;
    files.push(...page.files);
  }
}

it('loses no file and takes none twice, killed while it takes many in', async () => {
  mkdirSync(at('inbox/KC'), { recursive: true });
  for (let i = 0; i < good; i++) {
    const generated = new Date(Date.UTC(2026, 9, 1, 0, i)).toISOString();
    const ports = [{ port: 22, state: i % 2 ? 'open' : 'closed' }];
    drop(`scan-${i}.json`, JSON.stringify({ meta: { generated_at: generated }, results: [{ host: '192.168.4.10', status: 'up', ports }] }));
  }
  for (let i = 0; i < bad; i++) drop(`prose-${i}.json`, `no report ${i}`);
  let before = 0;
  for (const more of rounds) {
    await nester.start();
    await nester.saidTimes('File taken in', before + more);
    await nester.kill();
    before = nester.output.split('File taken in').length - 1;
  }
  expect(names('inbox/KC').length).toBeGreaterThan(0);
  await nester.start();
  const watched = (listener: () => void) => {
    const watchers = [watch(at('inbox/KC'), listener), watch(at('inbox/.taking'), listener)];
    return () => {
      for (const watcher of watchers) watcher.close();
    };
  };
  await until('an empty inbox', watched, () => names('inbox/KC').length + names('inbox/.taking').length === 0, 60_000);

  const files = await all();
  expect(new Set(files.map(({ name }) => name)).size).toBe(good + bad);
  expect(files).toHaveLength(good + bad);
  expect(files.filter(({ state }) => state === 'taken')).toHaveLength(good);
  const reportIds = new Set(files.flatMap(file => file.reportIds));
  expect(reportIds.size).toBe(good);
  const { reports } = await admin.http.call('report.list', { siteId, limit: 200 });
  const { reports: older } = await admin.http.call('report.list', { siteId, limit: 200, before: reports.at(-1)!.finishedAt });
  expect(new Set([...reports, ...older].map(({ reportId }) => reportId))).toEqual(reportIds);
  const done = names('inbox/done').flatMap(month => names('inbox/done', month));
  expect(done.sort()).toEqual(Array.from({ length: good }, (_, i) => `scan-${i}.json`).sort());
  const kept = Array.from({ length: bad }, (_, i) => `prose-${i}.json`).flatMap(name => [name, `${name}.reason`]);
  expect(names('quarantine').sort()).toEqual(kept.sort());
});
