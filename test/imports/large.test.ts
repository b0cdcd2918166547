import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator } from '../kit/people.ts';
import { residentMb } from '../kit/process-figures.ts';
import { removeFolder, root, scratchFolder } from '../kit/scratch.ts';
import { oldServer } from './old-server.ts';

const messages = 100_000;
/** What Nester may hold more than before: the staged rows, and the transaction that is written. */
const mostMb = 600;

let folder: string;
let nester: Nester;
beforeAll(async () => {
  folder = scratchFolder('old-server');
  oldServer(join(folder, 'classcord.db'), { alice: 'azerty', bob: '1234' }, messages);
  nester = await Nester.start();
});
afterAll(async () => {
  await nester.remove();
  removeFolder(folder);
});

describe(`an import of ${messages} messages`, () => {
  it('keeps Nester answering, and its memory bounded', async () => {
    const admin = await firstAdministrator(nester);
    const general = await channelNamed(admin, 'général');
    const before = residentMb(nester.pid);
    const line = await LineClient.connect(nester.tcp);
    await line.ask('session.resume', { token: admin.token });
    const started = performance.now();
    const client = spawn(
      process.execPath,
      [join(root, 'packages/nester/src/main.ts'), 'import', 'classcord', join(folder, 'classcord.db')],
      {
        env: { PATH: process.env.PATH, AERIE_DATA: nester.folder },
        stdio: 'ignore',
      },
    );
    let isOver = false;
    const ended = once(client, 'close').then(([code]) => {
      isOver = true;
      return code as number;
    });
    let most = before;
    let slowest = 0;
    while (!isOver) {
      const asked = performance.now();
      await line.ask('channel.browse', {});
      slowest = Math.max(slowest, performance.now() - asked);
      most = Math.max(most, residentMb(nester.pid));
    }
    const seconds = (performance.now() - started) / 1_000;
    expect(await ended).toBe(0);
    console.log(
      `${messages} messages in ${seconds.toFixed(1)} s; memory ${before.toFixed(0)} to ${most.toFixed(0)} MiB; slowest answer meanwhile ${slowest.toFixed(0)} ms`,
    );
    expect(most - before).toBeLessThan(mostMb);
    const { messages: last } = await admin.http.call('message.history', { channelId: general, limit: 1 });
    expect(last[0]?.content).toContain(`message ${messages - 1},`);
    await line.close();
  });
});
