import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { actor } from '../../test/fake-connection.ts';
import { readConfig } from '../config.ts';
import type { UserActor } from '../context.ts';
import type { Dispatch } from './dispatch.ts';
import type { Hub } from './hub.ts';
import { type UpgradeJudge, WebSocketDoor } from './ws.ts';

async function door(authenticate: UpgradeJudge['authenticate']) {
  const nothing = () => undefined;
  const hub = { hasRoom: () => true, opened: nothing, closed: nothing, loggedIn: nothing } as unknown as Hub;
  const dispatch = { banOf: nothing } as unknown as Dispatch;
  const { limits } = readConfig({}, {});
  const judge = { isOwnOrigin: () => true, addressOf: () => '127.0.0.1', authenticate };
  const webSockets = new WebSocketDoor({ dispatch, hub, limits, now: Date.now, judge });
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  webSockets.attach(server);
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/api/ws`);
  return {
    socket,
    stop() {
      webSockets.stop();
      server.close();
    },
  };
}

const fails = () => Promise.reject(new Error('the database does not answer'));

it('does not take a store that fails for a log-in that is over: it refuses for now', async () => {
  const { socket, stop } = await door(fails);
  socket.on('error', () => undefined);
  const [, response] = await once(socket, 'unexpected-response');
  expect(response.statusCode).toBe(503);
  socket.terminate();
  stop();
});

it('cuts a connection whose log-in cannot be looked at again', async () => {
  let looks = 0;
  const { socket, stop } = await door(async (): Promise<UserActor | undefined> => (++looks === 1 ? actor('alice') : fails()));
  const [code] = await once(socket, 'close');
  expect(code).toBe(1006);
  stop();
});
