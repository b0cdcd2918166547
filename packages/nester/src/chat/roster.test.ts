import type { Channel } from '@aerie/contract';
import { expect, it } from 'vitest';
import { Roster } from './roster.ts';

const channel = (channelId: string, kind: Channel['kind']): Channel => ({
  channelId,
  name: kind === 'direct' ? '' : channelId,
  kind,
  topic: '',
  minRole: 'viewer',
  postRole: 'member',
  archived: false,
});

it('does not lead whoever looks through the channels past all direct ones', () => {
  const roster = new Roster(
    [
      { channel: channel('dev', 'public'), autoJoin: true },
      { channel: channel('old', 'direct'), autoJoin: false },
    ],
    [],
  );
  const joined = { seq: 1, at: 0, name: 'member.joined', topic: 'all', alsoTopic: null, ids: {}, origin: undefined } as const;
  roster.apply([{ ...joined, body: { channel: channel('new', 'direct'), userId: 'alice' } }]);
  expect([...roster.records()].map(record => record.channel.channelId)).toEqual(['dev']);
  expect(roster.channelOf('alice', 'new').kind).toBe('direct');
  expect(roster.channel('old')).toBeDefined();
});
