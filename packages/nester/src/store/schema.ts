import type { Role } from '@aerie/contract';

/** The tables, as Kysely sees them. Times are epoch milliseconds, booleans 0 or 1, JSON is text. */
export interface Tables {
  log_head: LogHeadTable;
  event: EventTable;
  user_account: UserAccountTable;
  session: SessionTable;
  invitation: InvitationTable;
  audit: AuditTable;
  channel: ChannelTable;
  membership: MembershipTable;
  message: MessageTable;
}

/** One row: where the log stands. `floor` is the oldest seq that a resume may still begin after. */
export interface LogHeadTable {
  id: number;
  epoch: string;
  seq: number;
  floor: number;
}

/** What happened, by ids only: content is read from the room's own tables when an event is replayed. */
export interface EventTable {
  seq: number;
  name: string;
  /** Who may see it: `all`, `channel:ID` or `user:ID`. */
  topic: string;
  also_topic: string | null;
  ids: string;
  at: number;
}

export interface UserAccountTable {
  user_id: string;
  name: string;
  name_key: string;
  kind: 'person' | 'bot';
  role: Role;
  language: 'en' | 'fr';
  /** PHC string; null for bots. */
  password_hash: string | null;
  disabled_at: number | null;
  last_seen_at: number | null;
  created_at: number;
}

export interface SessionTable {
  session_id: string;
  token_hash: string;
  user_id: string;
  device_id: string;
  door: string;
  address: string;
  agent: string;
  created_at: number;
  seen_at: number;
  expires_at: number;
}

export interface InvitationTable {
  invitation_id: string;
  token_hash: string;
  kind: 'setup' | 'person';
  name: string | null;
  role: Role;
  created_by: string | null;
  created_at: number;
  expires_at: number;
  used_at: number | null;
  revoked_at: number | null;
}

export interface AuditTable {
  audit_id: string;
  at: number;
  actor_id: string | null;
  actor_name: string;
  action: string;
  subject: string;
  detail: string;
  door: string;
  address: string;
}

export interface ChannelTable {
  channel_id: string;
  name: string;
  /** Unique spelling; for a direct channel `direct:` and both user ids in order. */
  name_key: string;
  kind: 'public' | 'private' | 'direct';
  topic: string;
  min_role: Role;
  post_role: Role;
  auto_join: number;
  created_at: number;
  archived_at: number | null;
}

export interface MembershipTable {
  channel_id: string;
  user_id: string;
  joined_seq: number;
  read_seq: number;
}

export interface MessageTable {
  /** The seq of its `message.created` event. */
  seq: number;
  message_id: string;
  channel_id: string;
  author_id: string | null;
  author_name: string;
  device_id: string;
  nonce: string | null;
  content: string;
  created_at: number;
  edited_at: number | null;
  deleted_at: number | null;
}
