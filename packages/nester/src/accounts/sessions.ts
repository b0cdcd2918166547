import type { UserActor } from '../context.ts';
import type { SessionTable, UserAccountTable } from '../store/schema.ts';

const dayMs = 86_400_000;

/** A log-in that is not used for this long has to be made again. */
export const sessionMs = 30 * dayMs;
/** Log-ins that one account may have at once; one more, and the one that was not used for longest ends. */
export const mostSessions = 100;
/** How often use of a session is noted. */
export const noteEveryMs = 60_000;

const agentChars = 200;

/** The row of a new log-in. Without a device id of its own, the log-in counts as a device. */
export function newSessionRow(fields: {
  sessionId: string;
  tokenHash: string;
  userId: string;
  device: string | undefined;
  door: string;
  address: string;
  agent: string;
  at: number;
}): SessionTable {
  return {
    session_id: fields.sessionId,
    token_hash: fields.tokenHash,
    user_id: fields.userId,
    device_id: fields.device ?? fields.sessionId,
    door: fields.door,
    address: fields.address,
    agent: fields.agent.slice(0, agentChars),
    created_at: fields.at,
    seen_at: fields.at,
    expires_at: fields.at + sessionMs,
  };
}

/** Whom a session acts as. */
export function actorOf(
  session: Pick<SessionTable, 'session_id' | 'device_id'>,
  user: Pick<UserAccountTable, 'user_id' | 'name' | 'role' | 'language'>,
): UserActor {
  return {
    kind: 'user',
    userId: user.user_id,
    name: user.name,
    role: user.role,
    language: user.language,
    sessionId: session.session_id,
    deviceId: session.device_id,
  };
}
