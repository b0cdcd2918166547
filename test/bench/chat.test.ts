import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { aerie } from '../../bench/chat/aerie.ts';
import type { Contender, Running } from '../../bench/chat/contender.ts';
import { nodeLoop } from '../../bench/chat/node-loop.ts';
import { fault } from '../../bench/chat/speed-rows.ts';
import { generate, type Load, type LoadResult } from '../../bench/kit/generator.ts';
import { needs } from '../kit/needs.ts';

const members = 5;
const senders = 3;
const messages = 300;
const all = { sent: messages, acked: messages, delivered: messages * members, missing: 0, doubled: 0, malformed: 0, clean: true };

async function load(port: number, how: Partial<Load>): Promise<LoadResult> {
  return await generate({ dialect: 'loop', port, members, senders, warmSeconds: 0, seconds: 30, ...how });
}

needs('gcc')('the chat benchmark', () => {
  let running: Running | undefined;
  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });

  async function loadContender(contender: Contender, how: Partial<Load>): Promise<LoadResult> {
    running = await contender.start(members, { core: undefined });
    return await load(running.server.tcpPort, { dialect: contender.dialect, ...running.access, ...how });
  }

  it('counts every message of the plain loop at every member, exactly once', async () => {
    const result = await loadContender(nodeLoop, { window: 4, messages });
    expect(result).toMatchObject(all);
    expect(fault(result)).toBeUndefined();
    for (const time of [result.p50Ms, result.p99Ms, result.ackP99Ms]) expect(time).toBeGreaterThan(0);
  });

  it('counts every message of Aerie at every member, exactly once', async () => {
    const contender = aerie();
    try {
      expect(await loadContender(contender, { window: 4, messages })).toMatchObject(all);
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
});

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
