import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { aerie } from '../../bench/chat/aerie.ts';
import type { Contender, Running } from '../../bench/chat/contender.ts';
import { inspircd, ngircd } from '../../bench/chat/irc.ts';
import { nodeLoop } from '../../bench/chat/node-loop.ts';
import { pythonLoop } from '../../bench/chat/python-loop.ts';
import { fault, type SpeedRow } from '../../bench/chat/speed-rows.ts';
import { generate, type Load, type LoadResult } from '../../bench/kit/generator.ts';
import { needs } from '../kit/needs.ts';
import { root } from '../kit/scratch.ts';

const members = 5;
const senders = 3;
const messages = 300;
const clean = { sent: messages, missing: 0, doubled: 0, malformed: 0, clean: true };
const echoed = { ...clean, acked: messages, delivered: messages * members };
const toOthersOnly = { ...clean, delivered: messages * (members - 1) };

async function load(port: number, how: Partial<Load>): Promise<LoadResult> {
  return await generate({ dialect: 'loop', port, members, senders, warmSeconds: 0, seconds: 30, ...how });
}

let running: Running | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function loadContender(contender: Contender, how: Partial<Load>): Promise<LoadResult> {
  running = await contender.start(members, { core: undefined });
  return await load(running.server.tcpPort, { dialect: contender.dialect, ...running.access, ...how });
}

needs('gcc')('the chat benchmark', () => {
  it('counts every message of the plain loop at every member, exactly once', async () => {
    const result = await loadContender(nodeLoop, { window: 4, messages });
    expect(result).toMatchObject(echoed);
    expect(fault(result)).toBeUndefined();
    for (const time of [result.p50Ms, result.p99Ms, result.ackP99Ms]) expect(time).toBeGreaterThan(0);
  });

  it('counts every message of Aerie at every member, exactly once', async () => {
    const contender = aerie();
    try {
      expect(await loadContender(contender, { window: 4, messages, fill: 0 })).toMatchObject(echoed);
      await running?.stop();
      running = undefined;
    } finally {
      contender.remove();
    }
  });

  it('sends at the rate it is told, for the time it is told', async () => {
    const result = await loadContender(nodeLoop, { rate: 400, seconds: 0.5 });
    expect(result.clean).toBe(true);
    // Due at 0, 2.5, 5 … ms: 200 in half a second, one more when the end falls on the next.
    expect(result.sent).toBeGreaterThanOrEqual(199);
    expect(result.sent).toBeLessThanOrEqual(201);
    expect(result.delivered).toBe(result.sent * members);
  });

  it('sends what is to come first before it measures', async () => {
    const result = await loadContender(nodeLoop, { rate: 100, seconds: 0.2, fill: 500 });
    expect(result.clean).toBe(true);
    expect(result.sent).toBeGreaterThanOrEqual(519);
    expect(result.sent).toBeLessThanOrEqual(521);
    expect(result.messagesPerS).toBeLessThan(200);
  });

  it('prints one JSON array, peers with how ours compares', async () => {
    const args = ['bench/chat.ts', '--quick', '--no-install', '--json', '--only', 'n100-w8', '--seconds', '0.2'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
    const [ours, ...peers] = JSON.parse(stdout) as SpeedRow[];
    expect(ours).toMatchObject({ name: 'chat', point: 'n100-w8', server: 'aerie', n: 20, window: 8, runs: 1 });
    expect(ours!.ackP99Ms).toBeGreaterThan(0);
    expect(ours!.ratio).toBeUndefined();
    const loop = peers.find(({ server }) => server === 'node-loop')!;
    expect(loop.ratio).toBeCloseTo(ours!.deliveriesPerS / loop.deliveriesPerS, 1);
    for (const row of [ours!, ...peers]) {
      for (const figure of [row.deliveriesPerS, row.p50Ms, row.p99Ms, row.cpu, row.rssMb]) expect(figure).toBeGreaterThan(0);
    }
  });
});

for (const contender of [inspircd, ngircd, pythonLoop]) {
  needs('gcc', contender.needs!)(`the chat benchmark with ${contender.name}`, () => {
    it('counts every message at every member but its sender, exactly once', async () => {
      const result = await loadContender(contender, { window: 4, messages });
      expect(result).toMatchObject(toOthersOnly);
      // It acknowledges nothing, and no figure says that it did.
      expect(result).not.toHaveProperty('ackP99Ms');
    });
  });
}

/** What a server that is not to be trusted does with the hundredth message for its last member. */
const lies: Record<string, { deliver(line: string, write: (text: string) => void): void; seen: Partial<LoadResult> }> = {
  'loses one': { deliver: () => undefined, seen: { delivered: messages * members - 1, missing: 1, doubled: 0, clean: false } },
  'doubles one': { deliver: (line, write) => write(line + line), seen: { missing: 0, doubled: 1, clean: false } },
  'changes one': { deliver: (line, write) => write(line.replace('Boston', 'Denver')), seen: { missing: 1, malformed: 1, clean: false } },
};

needs('gcc')('the load generator, with a server that', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  it.for(Object.entries(lies))('%s', async ([, { deliver, seen }]) => {
    server = await unreliable(deliver);
    const result = await load((server.address() as AddressInfo).port, { rate: 2_000, messages, patienceSeconds: 0.3 });
    expect(result).toMatchObject({ sent: messages, acked: messages, ...seen });
    expect(fault(result)).toMatch(/\b1 (deliveries missing|doubled|malformed)/);
  });
});

async function unreliable(deliver: (line: string, write: (text: string) => void) => void): Promise<Server> {
  const sockets: Socket[] = [];
  let count = 0;
  const server = createServer(socket => {
    socket.on('error', () => undefined);
    createInterface({ input: socket }).on('line', text => {
      const { id, content } = JSON.parse(text) as { id: number; content?: string };
      if (content === undefined) sockets.push(socket);
      else {
        count++;
        const line = `${JSON.stringify({ event: 'message', content })}\n`;
        for (const member of sockets) {
          const write = (part: string) => void member.write(part);
          if (count === 100 && member === sockets.at(-1)) deliver(line, write);
          else write(line);
        }
      }
      socket.write(`{"id":${id},"ok":{}}\n`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
