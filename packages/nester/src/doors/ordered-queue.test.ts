import { describe, expect, it } from 'vitest';
import { OrderedQueue, type Runner, type Step } from './ordered-queue.ts';

function deferred() {
  let resolve!: () => void;
  const promise = new Promise<void>(done => {
    resolve = done;
  });
  return { promise, resolve };
}

const queueOf = <T>(run: Runner<T>['run'], pace: Runner<T>['pace'], onLength: Runner<T>['onLength']) =>
  new OrderedQueue({ run, pace, onLength });

const turn = () => new Promise(resolve => setImmediate(resolve));

describe('OrderedQueue', () => {
  it('begins pipelined items at once and in order, and others when all before them are done', async () => {
    const begun: string[] = [];
    const gates = new Map(['p1', 'p2', 'a', 'b'].map(name => [name, deferred()]));
    const queue = queueOf<string>(
      (name): Step => {
        if (name.startsWith('p')) {
          begun.push(name);
          return { pipelined: true, done: gates.get(name)!.promise };
        }
        return {
          pipelined: false,
          start: () => {
            begun.push(name);
            return gates.get(name)!.promise;
          },
        };
      },
      () => 0,
      () => undefined,
    );
    for (const name of ['p1', 'p2', 'a', 'b']) queue.push(name);
    await turn();
    expect(begun).toEqual(['p1', 'p2']);
    gates.get('p2')!.resolve();
    await turn();
    expect(begun).toEqual(['p1', 'p2']);
    gates.get('p1')!.resolve();
    await turn();
    expect(begun).toEqual(['p1', 'p2', 'a']);
    gates.get('a')!.resolve();
    await turn();
    expect(begun).toEqual(['p1', 'p2', 'a', 'b']);
  });

  it('is settled when all that was pushed is done', async () => {
    const gates = [deferred(), deferred(), deferred()];
    const queue = queueOf<number>(
      (i): Step => (i < 2 ? { pipelined: true, done: gates[i]!.promise } : { pipelined: false, start: () => gates[i]!.promise }),
      () => 0,
      () => undefined,
    );
    await queue.settled();
    let settled = 0;
    queue.push(0);
    void queue.settled().then(() => settled++);
    await turn();
    expect(settled).toBe(0);
    gates[0]!.resolve();
    await turn();
    expect(settled).toBe(1);
    for (const i of [1, 2]) queue.push(i);
    void queue.settled().then(() => settled++);
    gates[1]!.resolve();
    await turn();
    expect(settled).toBe(1);
    gates[2]!.resolve();
    await turn();
    expect(settled).toBe(2);
  });

  it('does not begin, once stopped, what waited for those before it', async () => {
    const gate = deferred();
    let begun = false;
    const queue = queueOf<boolean>(
      (first): Step =>
        first
          ? { pipelined: true, done: gate.promise }
          : {
              pipelined: false,
              start: async () => {
                begun = true;
              },
            },
      () => 0,
      () => undefined,
    );
    queue.push(true);
    queue.push(false);
    queue.stop();
    gate.resolve();
    await turn();
    expect(begun).toBe(false);
  });

  it('waits as its pace says, losing nothing', async () => {
    const begun: number[] = [];
    let tokens = 1;
    const queue = queueOf<number>(
      n => ({
        pipelined: false,
        start: async () => {
          begun.push(n);
        },
      }),
      () => {
        if (tokens === 0) {
          tokens = 2;
          return 1;
        }
        tokens -= 1;
        return 0;
      },
      () => undefined,
    );
    const all = [1, 2, 3, 4, 5];
    for (const n of all) queue.push(n);
    while (begun.length < all.length) await turn();
    expect(begun).toEqual(all);
  });

  it('forgets what has not begun when it stops', async () => {
    const begun: number[] = [];
    const gate = deferred();
    const queue = queueOf<number>(
      n => ({
        pipelined: false,
        start: () => {
          begun.push(n);
          return gate.promise;
        },
      }),
      () => 0,
      () => undefined,
    );
    queue.push(1);
    queue.push(2);
    await turn();
    queue.stop();
    queue.push(3);
    gate.resolve();
    await turn();
    expect(begun).toEqual([1]);
  });
});
