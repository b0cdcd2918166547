import { describe, expect, it } from 'vitest';
import { localBus } from '../bus/bus.ts';
import { Presence } from './presence.ts';

const fail = (error: unknown) => {
  throw error;
};

describe('Presence', () => {
  it('does not bring back a connection that is gone', () => {
    const bus = localBus(fail);
    const presence = new Presence(bus);
    const one = { userId: 'alice', connectionId: 'c1' };
    bus.publish('connection.opened', one);
    presence.set('alice', 'c1', 'away');
    expect(presence.present()).toEqual([{ userId: 'alice', state: 'away' }]);
    bus.publish('connection.closed', one);
    presence.set('alice', 'c1', 'online');
    expect(presence.present()).toEqual([]);
    presence.stop();
  });
});
