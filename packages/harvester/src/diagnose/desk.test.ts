import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstPolicy } from '@aerie/contract/reports';
import { describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../../test/kit/scratch.ts';
import { AuditFile } from './audit-file.ts';
import { Desk } from './desk.ts';
import { done, type Outcome, Refusal, type Task } from './outcome.ts';

const request = { do: 'dns', name: 'localhost', type: 'A' } as const;

/** A desk whose work is what a test says, and all that it reports. */
function desk(perform: (task: Task) => Promise<Outcome>) {
  const said: { diagnosticId: string; lines: string[]; end?: unknown }[] = [];
  const recorded: { by: string; outcome?: Outcome }[] = [];
  const ends = new Map<string, PromiseWithResolvers<void>>();
  const audit = { write: (entry: { by: string; outcome?: Outcome }) => void recorded.push(entry) };
  const one = new Desk({
    policy: () => firstPolicy,
    perform,
    report(words) {
      said.push(words);
      if (words.end) ends.get(words.diagnosticId)?.resolve();
    },
    audit,
    now: () => 1,
  });
  return {
    said,
    recorded,
    audit,
    desk: one,
    lines: () => said.flatMap(({ lines }) => lines),
    end: (diagnosticId: string) => said.find(words => words.diagnosticId === diagnosticId && words.end)?.end,
    async ask(diagnosticId: string, limitMs = 10_000) {
      const over = Promise.withResolvers<void>();
      ends.set(diagnosticId, over);
      one.start({ diagnosticId, request, limitMs, by: 'Tess' });
      await over.promise;
    },
  };
}

/** Work that ends only when it is told to. */
const endless = ({ signal }: Task) => new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('a desk', () => {
  test('reports lines, clean and bounded, and one end after them', async () => {
    const { ask, lines, said, end } = desk(async ({ line }) => {
      line('\u001b[31mred\u0007 \u202eturned');
      for (let i = 0; i < 300; i++) line('x'.repeat(1_000));
      return done('records', { count: 1 });
    });
    await ask('d');
    expect(lines()).toHaveLength(200);
    expect(lines()[0]).toBe('[31mred turned');
    expect(lines()[1]).toBe('x'.repeat(500));
    expect(lines().at(-1)).toBe('…');
    for (const words of said) expect(JSON.stringify(words).length).toBeLessThan(60_000);
    expect(said.filter(words => words.end)).toEqual([said.at(-1)]);
    expect(end('d')).toEqual({ state: 'done', summary: { say: 'records', with: { count: 1 } } });
  });

  test('says what was refused, what failed, what was late and what was cancelled', async () => {
    const refused = desk(async () => {
      throw new Refusal('not_allowed', { what: '10.0.0.1' });
    });
    await refused.ask('d');
    expect(refused.end('d')).toEqual({ state: 'failed', summary: { say: 'not_allowed', with: { what: '10.0.0.1' } } });

    const broken = desk(async () => {
      throw new Error('a\u0000b');
    });
    await broken.ask('d');
    expect(broken.end('d')).toEqual({ state: 'failed', summary: { say: 'failed', with: { reason: 'ab' } } });

    const late = desk(endless);
    await late.ask('d', 20);
    expect(late.end('d')).toEqual({ state: 'failed', summary: { say: 'late', with: { seconds: 0.02 } } });

    const cancelled = desk(endless);
    const asked = cancelled.ask('d');
    cancelled.desk.cancel('other');
    cancelled.desk.cancel('d');
    await asked;
    expect(cancelled.end('d')).toMatchObject({ state: 'cancelled' });
  });

  test('does four things at once', async () => {
    const busy = desk(endless);
    const asked = ['a', 'b', 'c', 'd'].map(id => busy.ask(id));
    await busy.ask('e');
    expect(busy.end('e')).toEqual({ state: 'failed', summary: { say: 'full', with: { count: 4 } } });
    // The same once more changes nothing.
    busy.desk.start({ diagnosticId: 'a', request, limitMs: 1_000, by: 'Tess' });
    await busy.desk.cancelAll();
    await Promise.all(asked);
    expect(busy.said.filter(({ end }) => end)).toHaveLength(5);
  });

  test('records who asked and what came of it; what cannot be recorded is not done', async () => {
    let performed = 0;
    const kept = desk(async () => {
      performed += 1;
      return done('records');
    });
    await kept.ask('d');
    await kept.desk.cancelAll();
    expect(kept.recorded.map(({ by, outcome }) => [by, outcome?.state])).toEqual([
      ['Tess', undefined],
      ['Tess', 'done'],
    ]);
    kept.audit.write = () => {
      throw new Error('disk full');
    };
    await kept.ask('e');
    expect(kept.end('e')).toEqual({ state: 'failed', summary: { say: 'failed', with: { reason: 'disk full' } } });
    expect(performed).toBe(1);
  });
});

test('the record is one JSON object a line, for this user alone, and does not grow for ever', () => {
  const folder = scratchFolder('audit');
  const audit = new AuditFile(folder);
  const path = join(folder, 'audit.log');
  audit.write({ at: 0, by: 'Te\nss', request });
  audit.write({ at: 1, by: 'Tess', request, outcome: done('records', { count: 1 }) });
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  expect(lines.map(line => JSON.parse(line))).toEqual([
    { at: '1970-01-01T00:00:00.000Z', by: 'Te\nss', asked: request, state: 'begun' },
    { at: '1970-01-01T00:00:00.001Z', by: 'Tess', asked: request, state: 'done', summary: { say: 'records', with: { count: 1 } } },
  ]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  writeFileSync(path, 'x'.repeat(1024 * 1024 + 1));
  audit.write({ at: 2, by: 'Tess', request });
  expect(statSync(path).size).toBeLessThan(1_000);
  expect(statSync(`${path}.1`).size).toBeGreaterThan(1024 * 1024);
});
