import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atLeast, type Role } from '@aerie/contract';
import { hashPassword } from '../../packages/nester/src/accounts/hashing.ts';
import { newToken, tokenHash } from '../../packages/nester/src/accounts/tokens.ts';
import { newUserRow } from '../../packages/nester/src/accounts/users.ts';
import { firstChannels, newChannelRow } from '../../packages/nester/src/chat/channels.ts';
import type { MembershipTable, SessionTable, Tables } from '../../packages/nester/src/store/schema.ts';
import { openStore, type Store } from '../../packages/nester/src/store/store.ts';

/** A data folder in which somebody is logged in as each of many members of `#général`, and what they log in with. */
export interface SeededChannel {
  data: string;
  channelId: string;
  /** A channel that only the first of them are in. */
  smallChannelId: string;
  userIds: string[];
  /** Session tokens, one a member; `tokenFile` has them one a line. */
  tokens: string[];
  tokenFile: string;
  /** The same members by name, a tab and the password. */
  passwordFile: string;
}

const password = 'correct-horse-battery-9';

/** Members of the small channel. */
const fewMembers = 100;

/**
 * Makes a data folder with so many members in `folder`, as the product itself would have left it. All have one password and one
 * hash of it, since a thousand Argon2 hashes would take a minute; to verify it costs each of them the whole.
 */
export async function seedChannel(folder: string, members: number, role: Role = 'member'): Promise<SeededChannel> {
  const at = Date.now();
  const channels = firstChannels.map(first => newChannelRow({ ...first, channelId: randomUUID(), kind: 'public', autoJoin: true, at }));
  const small = newChannelRow({
    name: 'équipe',
    minRole: 'viewer',
    postRole: 'member',
    channelId: randomUUID(),
    kind: 'public',
    at,
  });
  const joined = channels.filter(channel => atLeast(role, channel.min_role));
  const passwordHash = await hashPassword(password);
  const tokens = Array.from({ length: members }, newToken);
  const users = tokens.map((_, i) => newUserRow({ name: `Member ${i + 1}`, role, language: 'en', passwordHash, at }));
  const sessions = users.map(({ user_id }, i) => newSession(user_id, tokens[i]!, at));
  const memberships: MembershipTable[] = users.flatMap(({ user_id }) =>
    joined.map(({ channel_id }) => ({ channel_id, user_id, joined_seq: 0, read_seq: 0 })),
  );
  for (const { user_id } of users.slice(0, fewMembers))
    memberships.push({ channel_id: small.channel_id, user_id, joined_seq: 0, read_seq: 0 });
  const data = join(folder, `seed-${members}`);
  const store = await openStore({ folder: data });
  try {
    await store.write.transaction().execute(async trx => {
      await insertAll(trx, 'channel', [...channels, small]);
      await insertAll(trx, 'user_account', users);
      await insertAll(trx, 'session', sessions);
      await insertAll(trx, 'membership', memberships);
    });
  } finally {
    await store.close();
  }
  const [tokenFile, passwordFile] = [join(folder, `tokens-${members}`), join(folder, `passwords-${members}`)];
  writeFileSync(tokenFile, tokens.map(token => `${token}\n`).join(''), { mode: 0o600 });
  writeFileSync(passwordFile, users.map(({ name }) => `${name}\t${password}\n`).join(''), { mode: 0o600 });
  return {
    data,
    channelId: channels[0]!.channel_id,
    smallChannelId: small.channel_id,
    userIds: users.map(user => user.user_id),
    tokens,
    tokenFile,
    passwordFile,
  };
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
