import { randomUUID } from 'node:crypto';
import { atLeast } from '@aerie/contract';
import { newToken, tokenHash } from '../../packages/nester/src/accounts/tokens.ts';
import { newUserRow } from '../../packages/nester/src/accounts/users.ts';
import { firstChannels, newChannelRow } from '../../packages/nester/src/chat/channels.ts';
import type { MembershipTable, SessionTable, Tables } from '../../packages/nester/src/store/schema.ts';
import { openStore, type Store } from '../../packages/nester/src/store/store.ts';

/** A data folder in which somebody is logged in as each of many members of `#général`. */
export interface SeededChannel {
  channelId: string;
  /** Session tokens, one a member. */
  tokens: string[];
}

const role = 'member';

/**
 * Makes a data folder with so many members, as the product itself would have left it, but without a password for each:
 * a thousand Argon2 hashes would take minutes and are not what is measured.
 */
export async function seedChannel(folder: string, members: number): Promise<SeededChannel> {
  const at = Date.now();
  const channels = firstChannels.map(first => newChannelRow({ ...first, channelId: randomUUID(), kind: 'public', autoJoin: true, at }));
  const joined = channels.filter(channel => atLeast(role, channel.min_role));
  const tokens = Array.from({ length: members }, newToken);
  // No hash of any password: these people come in by their tokens only.
  const users = tokens.map((_, i) => newUserRow({ name: `Member ${i + 1}`, role, language: 'en', passwordHash: '-', at }));
  const sessions = users.map(({ user_id }, i) => newSession(user_id, tokens[i]!, at));
  const memberships: MembershipTable[] = users.flatMap(({ user_id }) =>
    joined.map(({ channel_id }) => ({ channel_id, user_id, joined_seq: 0, read_seq: 0 })),
  );
  const store = await openStore({ folder });
  try {
    await store.write.transaction().execute(async trx => {
      await insertAll(trx, 'channel', channels);
      await insertAll(trx, 'user_account', users);
      await insertAll(trx, 'session', sessions);
      await insertAll(trx, 'membership', memberships);
    });
  } finally {
    await store.close();
  }
  return { channelId: channels[0]!.channel_id, tokens };
}

function newSession(userId: string, token: string, at: number): SessionTable {
  return {
    session_id: randomUUID(),
    token_hash: tokenHash(token),
    user_id: userId,
    device_id: randomUUID(),
    door: 'tcp',
    address: '127.0.0.1',
    agent: 'bench',
    created_at: at,
    seen_at: at,
    expires_at: at + 86_400_000,
  };
}

async function insertAll<T extends keyof Tables>(db: Store['write'], table: T, rows: readonly Tables[T][]): Promise<void> {
  for (let i = 0; i < rows.length; i += 500) {
    await db
      .insertInto(table)
      .values(rows.slice(i, i + 500) as never)
      .execute();
  }
}
