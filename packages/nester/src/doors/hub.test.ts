import { expect, it } from 'vitest';
import { fakeConnection } from '../../test/fake-connection.ts';
import { localBus } from '../bus/bus.ts';
import { readConfig } from '../config.ts';
import { Fanout } from './fanout.ts';
import { Hub } from './hub.ts';

const quiet = { info() {}, warning() {}, error() {} };

function newHub(): Hub {
  const fanout = new Fanout({ topicsOf: () => [] }, { line: () => '' });
  const committer = { onPublished: () => undefined };
  const { limits } = readConfig({}, {});
  return new Hub({ fanout, bus: localBus(() => undefined), committer, log: quiet, limits, voice: { presenceLine: () => '' } });
}

it('has room for nobody once it closes', () => {
  const hub = newHub();
  const { connection, pipe } = fakeConnection();
  hub.opened(connection);
  expect(hub.hasRoom('192.0.2.7')).toBe(true);
  hub.closeAll();
  expect(pipe.closed).toBe('stopping');
  expect(hub.hasRoom('192.0.2.7')).toBe(false);
  hub.stop();
});
