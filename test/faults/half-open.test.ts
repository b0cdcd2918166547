import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Harvester } from '../kit/harvester.ts';
import { Nester } from '../kit/nester.ts';
import { firstAdministrator, type Person } from '../kit/people.ts';
import { newSite } from '../kit/probe.ts';

/** Both sides are to notice within this. */
const noticedMs = 45_000;

/** A way to a port that can begin to swallow what goes through it, as a router that forgot a connection does. */
class Relay {
  isSwallowing = false;
  readonly #server = net.createServer(client => this.#lead(client));
  readonly #sockets = new Set<net.Socket>();
  #port = 0;

  async start(port: number): Promise<number> {
    this.#port = port;
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  #lead(client: net.Socket): void {
    const server = net.connect(this.#port, '127.0.0.1');
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => {});
      from.on('data', data => {
        if (!this.isSwallowing) to.write(data);
      });
      from.on('close', () => {
        if (!this.isSwallowing) to.destroy();
      });
    }
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

let nester: Nester;
let ada: Person;
const relay = new Relay();
const harvester = new Harvester();

beforeAll(async () => {
  nester = await Nester.start();
  ada = await firstAdministrator(nester);
});
afterAll(async () => {
  await harvester.remove();
  await nester.remove();
  relay.stop();
});

it('a half-open line is noticed within 45 seconds on both sides, and the probe comes back by itself', async () => {
  const siteId = await newSite(ada, 'HALF', { heartbeatMs: 600_000 });
  const port = await relay.start(Number(new URL(nester.httpUrl).port));
  const { code } = await ada.http.call('probe.code', { siteId });
  await harvester.paste(`npx harvester enrol http://127.0.0.1:${port} ${code}`);
  await harvester.start();
  await harvester.said('Connected to Nester');
  relay.isSwallowing = true;
  const begunAt = performance.now();
  const bySides = await Promise.all([
    harvester.said('The line to Nester is lost', noticedMs + 5_000).then(() => performance.now() - begunAt),
    nester.said('Probe disconnected', noticedMs + 5_000).then(() => performance.now() - begunAt),
  ]);
  expect(Math.max(...bySides)).toBeLessThan(noticedMs);
  relay.isSwallowing = false;
  await harvester.said('Connected to Nester', 45_000, 2);
});
