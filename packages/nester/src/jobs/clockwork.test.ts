import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Clockwork, type Job } from './clockwork.ts';

const lines: string[] = [];
const write = (_area: string, sentence: string, fields?: object) => void lines.push(`${sentence} ${JSON.stringify(fields)}`);
const log = { info: write, warning: write, error: write };

beforeEach(() => {
  vi.useFakeTimers();
  lines.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

it('runs each job at once and then at its interval', async () => {
  const runs: string[] = [];
  const job = (name: string, everyMs: number): Job => ({ name, everyMs, run: () => void runs.push(name) });
  const clockwork = new Clockwork([job('a', 5_000), job('b', 10_000)], log);
  await pass(60_000);
  expect(runs).toEqual([]);
  clockwork.start();
  clockwork.start();
  await pass(20_000);
  expect(runs.filter(name => name === 'a').length).toBe(5);
  expect(runs.filter(name => name === 'b').length).toBe(3);
  await clockwork.stop();
  const { length } = runs;
  await pass(60_000);
  expect(runs.length).toBe(length);
});

it('never runs two of the same at once', async () => {
  let atOnce = 0;
  let most = 0;
  let runs = 0;
  const run = async () => {
    runs += 1;
    most = Math.max(most, ++atOnce);
    await new Promise(resolve => setTimeout(resolve, 25_000));
    atOnce -= 1;
  };
  const clockwork = new Clockwork([{ name: 'slow', everyMs: 10_000, run }], log);
  clockwork.start();
  await pass(110_000);
  expect([most, runs]).toEqual([1, 5]);
  const stopped = clockwork.stop();
  await pass(25_000);
  await stopped;
});

it('waits at the end for what runs', async () => {
  const work = Promise.withResolvers<void>();
  const clockwork = new Clockwork([{ name: 'job', everyMs: 1_000, run: () => work.promise }], log);
  clockwork.start();
  await pass(0);
  let ended = false;
  const stopping = clockwork.stop().then(() => {
    ended = true;
  });
  await pass(10_000);
  expect(ended).toBe(false);
  work.resolve();
  await stopping;
});

it('logs what fails and tries again; the others go on', async () => {
  let tries = 0;
  const others: string[] = [];
  const clockwork = new Clockwork(
    [
      {
        name: 'bad',
        everyMs: 1_000,
        run() {
          tries += 1;
          if (tries === 2) throw new Error('at once');
          return Promise.reject(new Error('later'));
        },
      },
      { name: 'good', everyMs: 1_000, run: () => void others.push('run') },
    ],
    log,
  );
  clockwork.start();
  await pass(2_000);
  await clockwork.stop();
  expect([tries, others.length]).toEqual([3, 3]);
  expect(lines).toEqual(
    ['later', 'at once', 'later'].map(reason => `A job failed; it will be tried again {"job":"bad","reason":"${reason}"}`),
  );
});
