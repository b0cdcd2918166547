import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/kit/wait.ts';
import { sdNotify } from './sd-notify.ts';

describe('the service manager', () => {
  let folder: string;
  let failures: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'aerie-notify-'));
    failures = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, maxRetries: 3 }));

  const said = () => (existsSync(join(folder, 'said')) ? readFileSync(join(folder, 'said'), 'utf8').split('\n').slice(0, -1) : []);
  const untilSaid = (count: number) =>
    until(
      `${count} messages`,
      listener => {
        const watcher = watch(folder, listener);
        return () => watcher.close();
      },
      () => said().length >= count,
    );
  /** A systemd-notify that writes down what it is told, and then does as it is told here. */
  const standIn = (end = '') => {
    const file = join(folder, 'systemd-notify');
    writeFileSync(file, `#!/bin/sh\nprintf '%s|' "$NOTIFY_SOCKET" "$@" | sed 's/|$/\\n/' >> '${folder}/said'\n${end}\n`);
    chmodSync(file, 0o755);
  };
  const notify = (environment: Record<string, string>) =>
    sdNotify({ PATH: `${folder}:${process.env.PATH}`, ...environment }, reason => failures.push(reason));

  it('hears that the program is ready, that it lives, and that it ends', async () => {
    standIn();
    const service = notify({ NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '600000', WATCHDOG_PID: String(process.pid) });
    const before = performance.now();
    service.ready('Ready: it works');
    await untilSaid(3);
    expect(performance.now() - before).toBeGreaterThan(350);
    expect(said().slice(0, 3)).toEqual(['/run/notify|READY=1|STATUS=Ready: it works', '/run/notify|WATCHDOG=1', '/run/notify|WATCHDOG=1']);
    const soFar = said().length;
    service.stopping('Stopping');
    await untilSaid(soFar + 1);
    expect(said()).toContain('/run/notify|STOPPING=1|STATUS=Stopping');
    expect(failures).toEqual([]);
  });

  it.each([
    ['no watchdog is asked for', {}],
    ['it watches another process', { WATCHDOG_USEC: '3000', WATCHDOG_PID: '1' }],
  ])('hears no signs of life when %s', async (_, environment) => {
    standIn();
    const service = notify({ NOTIFY_SOCKET: '/run/notify', ...environment });
    service.ready('Ready');
    await untilSaid(1);
    // Until this is said, a watchdog of three milliseconds would have been told more than once.
    service.stopping('Stopping');
    await untilSaid(2);
    expect(said()).toEqual(['/run/notify|READY=1|STATUS=Ready', '/run/notify|STOPPING=1|STATUS=Stopping']);
  });

  it('is told nothing when it did not ask', () => {
    // There is no systemd-notify here: starting it would fail.
    const service = sdNotify({ PATH: folder, WATCHDOG_USEC: '1000' }, reason => failures.push(reason));
    service.ready('Ready');
    service.stopping('Stopping');
    expect(failures).toEqual([]);
  });

  it.each([
    ['is not there', undefined, /ENOENT/],
    ['fails', 'exit 3', /ended with 3/],
  ])('that cannot be told, since systemd-notify %s, is complained of once and no more', async (_, end, reason) => {
    if (end !== undefined) standIn(end);
    const failed = Promise.withResolvers<void>();
    const service = sdNotify({ PATH: end === undefined ? folder : `${folder}:${process.env.PATH}`, NOTIFY_SOCKET: '/run/notify' }, why => {
      failures.push(why);
      failed.resolve();
    });
    service.ready('Ready');
    await failed.promise;
    service.stopping('Stopping');
    if (end !== undefined) await untilSaid(2);
    expect(failures).toEqual([expect.stringMatching(reason)]);
  });
});
