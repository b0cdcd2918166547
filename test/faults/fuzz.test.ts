import { errorCatalogue } from '@aerie/contract/errors';
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
  const patience = performance.now() + 10_000;
  while (openFiles(nester.pid) > count && performance.now() < patience) await nester.http().call('server.show', {});
  expect(openFiles(nester.pid)).toBeLessThanOrEqual(count);
}

/** Runs one case; says how the server ended when it did, and starts it again, so that the case can be made smaller. */
async function survived(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } finally {
    if (!nester.isRunning) {
      const { output } = nester;
      await nester.start();
      // biome-ignore lint/correctness/noUnsafeFinally: the end of the server is the cause of whatever went wrong before
      throw new Error(`The server ended:\n${output.slice(-2_000)}`);
    }
  }
}

/** A question that either dialect answers with the marker in it. */
const marker = 'the-last-question';
const lastQuestion = JSON.stringify({ type: marker, id: 999_999, do: marker });

async function throwAtTcp(beginning: Beginning, pieces: readonly Buffer[]): Promise<void> {
  const client = await RawTcp.connect(nester.tcp);
  client.write(greeting(beginning));
  for (const piece of pieces) client.write(piece);
  client.write(`\n${lastQuestion}\n`);
  await within(10_000, 'an answer or a close', client.heard(marker));
  await client.close();
}

async function throwAtWebSocket(logsIn: boolean, pieces: readonly (readonly [Buffer, number])[]): Promise<void> {
  const client = await RawWebSocket.connect(nester.webSocketUrl);
  if (logsIn) client.send(greeting('framed'));
  for (const [piece, opcode] of pieces) client.send(piece, opcode);
  client.send(lastQuestion);
  await within(10_000, 'an answer or a close', client.tcp.heard(marker));
  await client.tcp.close();
}

/** Whatever the body is, HTTP answers with an error of the catalogue, and never with one of the server's own making. */
async function throwAtHttp(name: string, logsIn: boolean, body: Buffer<ArrayBuffer>): Promise<void> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (logsIn) headers.authorization = `Bearer ${person.token}`;
  const response = await fetch(`${nester.httpUrl}/api/${name}`, { method: 'POST', headers, body });
  const answer = (await response.json()) as { error?: { code: string } };
  if (response.status >= 500 || (response.status >= 400 && !Object.hasOwn(errorCatalogue, answer.error?.code ?? ''))) {
    throw new Error(`${name} answered ${response.status}: ${JSON.stringify(answer)}`);
  }
}

const commandNames = fc.constantFrom(
  'message.send',
  'message.history',
  'session.logIn',
  'channel.find',
  'log.resume',
  '__proto__',
  'toString',
);
const beginnings = fc.constantFrom<Beginning>('stranger', 'stranger', 'stranger', 'old', 'framed');
const pieces = fc.array(garbage, { minLength: 1, maxLength: 8 });
const opcode = fc.oneof(
  { weight: 8, arbitrary: fc.constant(opcodes.text) },
  { weight: 1, arbitrary: fc.constantFrom(opcodes.binary, opcodes.ping, opcodes.close, 0, 3, 15) },
);
const messages = fc.array(fc.tuple(garbage, opcode), { minLength: 1, maxLength: 8 });

describe('whatever bytes come', () => {
  it('TCP: the server answers or closes, and goes on', async () => {
    await expectHealth();
    const files = openFiles(nester.pid);
    const property = fc.asyncProperty(beginnings, pieces, (beginning, list) => survived(() => throwAtTcp(beginning, list)));
    const known = [Buffer.from('{"type":"users"}\n'), Buffer.from('{"type":{"toString":1}}\n')];
    await fc.assert(property, { numRuns: 300, examples: [['stranger', known]] });
    await expectHealth();
    await expectSockets(files);
  });

  it('WebSocket: the same', async () => {
    await expectHealth();
    const files = openFiles(nester.pid);
    const property = fc.asyncProperty(fc.boolean(), messages, (logsIn, list) => survived(() => throwAtWebSocket(logsIn, list)));
    // A name that becomes a text by a function of its own once ended the server.
    const known = Buffer.from('{"id":1,"do":["a",{"toString":1}]}');
    await fc.assert(property, { numRuns: 300, examples: [[false, [[known, opcodes.text]]]] });
    await expectHealth();
    await expectSockets(files);
  });

  it('HTTP: the same', async () => {
    const files = openFiles(nester.pid);
    const property = fc.asyncProperty(commandNames, fc.boolean(), garbage, (name, logsIn, body) =>
      survived(() => throwAtHttp(name, logsIn, body)),
    );
    await fc.assert(property, { numRuns: 300 });
    await expectHealth();
    // Connections that are kept open for the next request are no leak.
    expect(openFiles(nester.pid)).toBeLessThan(files + 20);
  });

  it('memory does not grow with the garbage', async () => {
    const flood = async (rounds: number) => {
      for (const list of fc.sample(pieces, { numRuns: rounds, seed: 7 })) await throwAtTcp('stranger', list);
    };
    // Caches fill and the compiler warms up first.
    await flood(400);
    const before = residentMb(nester.pid);
    await flood(1_200);
    expect(residentMb(nester.pid) - before).toBeLessThan(60);
    await expectHealth();
  });

  it('nothing of it was logged as a fault of the server', () => {
    expect(nester.output.split('\n').filter(line => / ERROR /.test(line))).toEqual([]);
  });
});
