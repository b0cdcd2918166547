import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { diagnosticRequest } from '@aerie/contract/diagnostics';
import { firstPolicy } from '@aerie/contract/reports';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../../test/kit/scratch.ts';
import { Refusal } from './outcome.ts';
import { perform } from './perform.ts';
import { hopArguments, nmapPathArguments, pingArguments, runProgram, tracerouteArguments } from './program.ts';

const never = new AbortController().signal;
const folder = scratchFolder('diagnose');

function program(name: string, script: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Texts as somebody might send who wants more than an address. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '-f',
    '--help',
    '127.0.0.1 -f',
    '127.0.0.1;id',
    '$(id)',
    '`id`',
    '127.0.0.1\n-f',
    '|sh',
    "';sh",
    '127.0.0.1%eth0',
    '-oX=/x',
    '',
  ),
  fc.tuple(fc.ipV4(), fc.constantFrom(' ', ';', '\n', '/24', '&', '%x', '-')).map(([address, more]) => address + more),
);

describe('what a program is given', () => {
  test('is numbers and addresses, whatever somebody sends', () => {
    fc.assert(
      fc.property(hostile, text => {
        fc.pre(isIP(text) === 0 || text.includes('%'));
        for (const build of [
          (host: string) => pingArguments(host, 5),
          (host: string) => tracerouteArguments(host, 5),
          (host: string) => hopArguments(host, 5),
          nmapPathArguments,
        ])
          expect(() => build(text)).toThrow(TypeError);
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 1, max: 30 }), (address, n) => {
        for (const args of [
          pingArguments(address, n),
          tracerouteArguments(address, n),
          hopArguments(address, n),
          nmapPathArguments(address),
        ]) {
          expect(args.at(-1)).toBe(address);
          for (const arg of args) expect(arg).toMatch(/^[-A-Za-z0-9.:]+$/);
        }
      }),
    );
    for (const count of [0, -1, 1.5, Number.NaN, 1e9]) expect(() => pingArguments('127.0.0.1', count)).toThrow(TypeError);
  });

  test('is never a text of a request: the contract stops most, the look-up the rest', async () => {
    const log = join(folder, 'given');
    const recorder = program('recorder', `printf '%s\\n' "$@" >> '${log}'; echo '1 packets transmitted, 1 received, time=1 ms'`);
    writeFileSync(log, '');
    const programs = { ping: recorder, traceroute: recorder, nmap: recorder };
    await fc.assert(
      fc.asyncProperty(hostile, fc.constantFrom('ping' as const, 'traceroute' as const), async (host, kind) => {
        const parsed = diagnosticRequest.safeParse({ do: kind, host });
        if (!parsed.success) return;
        // A resolver that answers what it was asked, as a hostile one might.
        const around = { lookup: async (name: string) => [{ address: name }, { address: `-${name}` }], gateways: () => [] };
        await perform({ request: parsed.data, policy: firstPolicy, signal: never, line() {} }, { programs, around }).catch(error => {
          if (!(error instanceof Refusal)) throw error;
        });
      }),
      { numRuns: 60 },
    );
    for (const given of readFileSync(log, 'utf8').split('\n').filter(Boolean)) expect(given).toMatch(/^(-[a-zA-Z]+|[\d.]+)$/);
  });
});

describe('a program that runs', () => {
  test('is heard line by line, both its outputs, also without an end of line', async () => {
    const lines: string[] = [];
    const code = await runProgram(program('talker', 'echo one; echo two >&2; printf three'), [], never, line => lines.push(line));
    expect(code).toBe(0);
    expect(lines.toSorted()).toEqual(['one', 'three', 'two']);
  });

  test('is killed by the signal, and one that is missing is no fault', async () => {
    const control = new AbortController();
    const begun = Promise.withResolvers<void>();
    const running = runProgram(program('sleeper', 'echo up; exec sleep 60'), [], control.signal, () => begun.resolve());
    await begun.promise;
    control.abort();
    expect(await running).toBeUndefined();
    expect(await runProgram(join(folder, 'missing'), [], never, () => {})).toBeUndefined();
  });

  test('that prints without end of line does not fill the memory', async () => {
    let longest = 0;
    await runProgram(program('flood', 'head -c 3000000 /dev/zero | tr "\\0" x; echo'), [], never, line => {
      longest = Math.max(longest, line.length);
    });
    expect(longest).toBeLessThanOrEqual(4_096);
  });
});

describe('ping', () => {
  beforeAll(() => mkdirSync(folder, { recursive: true }));
  const ask = async (script: string) => {
    const lines: string[] = [];
    const request = { do: 'ping', host: '127.0.0.1', count: 2 } as const;
    const instruments = {
      programs: { ping: program('ping', script), traceroute: undefined, nmap: undefined },
      around: { lookup: async () => [], gateways: () => [] },
    };
    const outcome = await perform({ request, policy: firstPolicy, signal: never, line: text => lines.push(text) }, instruments);
    return { outcome, lines };
  };

  test('says what the program says', async () => {
    const { outcome, lines } = await ask(
      "echo '64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.5 ms'; echo '2 packets transmitted, 1 received, 50% packet loss'",
    );
    expect(outcome).toEqual({ state: 'done', summary: { say: 'answers', with: { received: 1, sent: 2, address: '127.0.0.1', ms: 0.5 } } });
    expect(lines).toHaveLength(2);
  });

  test('is done by connections where the program may not work', async () => {
    const { outcome, lines } = await ask('echo "ping: socket: Operation not permitted" >&2; exit 2');
    expect(outcome).toMatchObject({ state: 'done', summary: { say: 'answers', with: { received: 2, sent: 2 } } });
    expect(lines).toContain('ping may not be used here: times of TCP connections to port 443');
  });
});
