import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { garbage } from '../kit/garbage.ts';
import { LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';
import { openFiles, residentMb } from '../kit/process-figures.ts';
import { RawTcp } from '../kit/raw-tcp.ts';
import { opcodes, RawWebSocket } from '../kit/raw-websocket.ts';
import { within } from '../kit/wait.ts';

/** What a client says before the garbage: it speaks as a stranger, or as somebody who is let in. */
type Beginning = 'stranger' | 'old' | 'framed';

let nester: Nester;
let person: Person;
let channelId: string;

beforeAll(async () => {
  // Everything here comes from one address, much faster than people type.
  const limits = 'failures=100000,failuresPerAddress=100000,commandsPerSecond=100000,commandsBurst=100000,httpPerMinute=1000000';
  nester = await Nester.start({ env: { AERIE_LIMITS: limits } });
  const admin = await firstAdministrator(nester);
  person = await newPerson(nester, admin, 'Bo');
  channelId = await channelNamed(person, 'général');
});
afterAll(() => nester.remove());

function greeting(beginning: Beginning): string {
  if (beginning === 'old') return `${JSON.stringify({ type: 'login', username: person.name, password })}\n`;
  if (beginning === 'framed') return `${JSON.stringify({ id: 0, do: 'session.resume', input: { token: person.token } })}\n`;
  return '';
}

/** A client that behaves still gets its answers, and is heard. */
async function expectHealth(): Promise<void> {
  const client = await LineClient.connect(nester.tcp);
  await client.ask('session.resume', { token: person.token });
  await client.ask('log.resume', {});
  const { messageId } = await client.ask('message.send', { channelId, content: 'still here' });
  await client.next('its own message', line => line.event === 'message.created' && line.message.messageId === messageId);
  await client.close();
}

/** Waits until the sockets of those that left are gone on the far side too. */
async function expectSockets(count: number): Promise<void> {
  // Each look is a round trip: whatever the server still had to close, it comes to before it answers.
  for (let looks = 0; openFiles(nester.pid) > count && looks < 2_000; looks += 1) await nester.http().call('server.show', {});
  expect(openFiles(nester.pid)).toBeLessThanOrEqual(count);
}

describe('whatever bytes come', () => {
  it('TCP: the server answers or closes, and goes on', async () => {
    await expectHealth();
    const files = openFiles(nester.pid);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<Beginning>('stranger', 'stranger', 'stranger', 'old', 'framed'),
        fc.array(garbage, { minLength: 1, maxLength: 8 }),
        async (beginning, pieces) => {
          const client = await RawTcp.connect(nester.tcp);
          client.write(greeting(beginning));
          for (const piece of pieces) client.write(piece);
          // The server is done with it all when it has answered this, or has closed.
          await within(10_000, 'an answer or a close', client.settled());
          await client.close();
        },
      ),
      { numRuns: 400 },
    );
    await expectHealth();
    await expectSockets(files);
  });

  it('WebSocket: the same', async () => {
    await expectHealth();
    const files = openFiles(nester.pid);
    const opcode = fc.oneof(
      { weight: 8, arbitrary: fc.constant(opcodes.text) },
      { weight: 1, arbitrary: fc.constantFrom(opcodes.binary, opcodes.ping, opcodes.close, 0, 3, 15) },
    );
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(fc.tuple(garbage, opcode), { minLength: 1, maxLength: 8 }), async (logsIn, pieces) => {
        const client = await RawWebSocket.connect(nester.webSocketUrl);
        if (logsIn) client.send(Buffer.from(greeting('framed')));
        for (const [piece, code] of pieces) client.send(piece, code);
        client.send(Buffer.from('1000'), opcodes.close);
        await within(10_000, 'a close', client.closed);
      }),
      { numRuns: 400 },
    );
    await expectHealth();
    await expectSockets(files);
  });

  it('memory does not grow with the garbage', async () => {
    const flood = async (rounds: number) => {
      const pieces = fc.sample(fc.array(garbage, { minLength: 8, maxLength: 8 }), { numRuns: rounds, seed: 7 });
      for (const list of pieces) {
        const client = await RawTcp.connect(nester.tcp);
        for (const piece of list) client.write(piece);
        await within(10_000, 'an answer or a close', client.settled());
        await client.close();
      }
    };
    // Caches fill and the compiler warms up first.
    await flood(400);
    const before = residentMb(nester.pid);
    await flood(1_200);
    expect(residentMb(nester.pid) - before).toBeLessThan(60);
    await expectHealth();
  });

  it('nothing of it was logged as a fault of the server', () => {
    expect(nester.isRunning).toBe(true);
    expect(nester.output.split('\n').filter(line => / ERROR /.test(line))).toEqual([]);
  });
});
