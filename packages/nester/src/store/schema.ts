import type { Language, Role } from '@aerie/contract';

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
  mention: MentionTable;
  sanction: SanctionTable;
  site: SiteTable;
  probe: ProbeTable;
  enrolment: EnrolmentTable;
  report: ReportTable;
  device: DeviceTable;
  device_port: DevicePortTable;
  wan_sample: WanSampleTable;
  incident: IncidentTable;
  outbox: OutboxTable;
  diagnostic: DiagnosticTable;
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
  /** Until then the account may read, not write; null, or a time that has passed: no such limit. */
  muted_until: number | null;
  /** Until then nobody can log in with it. */
  banned_until: number | null;
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
  /** JSON of the contract's Incident, when the message is the card of one. */
  card: string | null;
  /** JSON array of the user ids that it names; null for none. */
  mentions: string | null;
}

/** Whom a message that still exists names: for exact counts. */
export interface MentionTable {
  user_id: string;
  channel_id: string;
  /** Of the message. */
  seq: number;
}

/** A mute or a ban, of an account or of a network; kept when it is over. */
export interface SanctionTable {
  sanction_id: string;
  kind: 'mute' | 'ban';
  user_id: string | null;
  /** Of the user when it was given; of a network, the network. */
  name: string;
  /** CIDR, canonical; null for an account. */
  network: string | null;
  reason: string;
  created_at: number;
  created_by: string;
  until: number;
  lifted_at: number | null;
}

export interface SiteTable {
  site_id: string;
  code: string;
  name: string;
  /** JSON of the contract's Policy. */
  policy: string;
  state: string;
  why: string;
  since: number;
  devices_up: number;
  devices_known: number;
  wan_median_ms: number | null;
  wan_loss: number | null;
  last_contact_at: number | null;
  last_report_at: number | null;
  last_report_id: string | null;
  created_at: number;
}

export interface ProbeTable {
  probe_id: string;
  site_id: string;
  /** Ed25519, raw, base64url. */
  public_key: string;
  name: string;
  version: string;
  /** JSON array of CIDRs. */
  networks: string;
  address: string;
  enrolled_at: number;
  last_contact_at: number | null;
  revoked_at: number | null;
  policy_version: number | null;
  spool_depth: number;
  clock_skew_ms: number | null;
  /** Digest of the machine that works with its key; null when it does not say. */
  machine: string | null;
  /** JSON: another machine that came with its key. */
  clone: string | null;
  /** JSON: that this machine gets an identity of its own. */
  separation: string | null;
}

export interface EnrolmentTable {
  code_hash: string;
  site_id: string;
  created_at: number;
  expires_at: number;
  used_at: number | null;
}

export interface ReportTable {
  report_id: string;
  site_id: string;
  probe_id: string;
  scanner: 'nmap' | 'tcp';
  kind: 'full' | 'sweep';
  version: string;
  started_at: number;
  finished_at: number;
  received_at: number;
  hosts_up: number;
  open_ports: number;
  late: number;
  /** JSON, as it came. */
  body: string;
}

export interface DeviceTable {
  device_id: string;
  site_id: string;
  /** What makes it the same device in the next report: `mac:…`, else `address:…`. */
  identity: string;
  address: string;
  hostname: string | null;
  mac: string | null;
  vendor: string | null;
  os: string | null;
  status: 'up' | 'down' | 'unknown';
  rtt_ms: number | null;
  first_seen_at: number;
  last_seen_at: number;
}

export interface DevicePortTable {
  device_id: string;
  protocol: 'tcp' | 'udp';
  port: number;
  state: 'open' | 'closed' | 'filtered';
  service: string | null;
  product: string | null;
  version: string | null;
  first_seen_at: number;
  last_seen_at: number;
}

export interface WanSampleTable {
  site_id: string;
  at: number;
  target: string;
  median_ms: number | null;
  loss: number;
  /** Null of a probe that does not say: what is beyond the provider. */
  role: 'gateway' | 'provider' | 'internet' | null;
}

export interface IncidentTable {
  incident_id: string;
  site_id: string;
  rule: string;
  subject_id: string;
  subject: string;
  state: 'open' | 'acknowledged' | 'resolved';
  /** `site:rule:subject` while it is not resolved, else null; unique. */
  open_key: string | null;
  opened_at: number;
  acknowledged_at: number | null;
  acknowledged_by: string | null;
  resolved_at: number | null;
  /** JSON. */
  detail: string;
}

/** What is still to be told. Written with the incident's change, in the same transaction. */
export interface OutboxTable {
  outbox_id: string;
  incident_id: string;
  created_at: number;
  done_at: number | null;
  attempts: number;
  last_error: string | null;
}

export interface DiagnosticTable {
  diagnostic_id: string;
  site_id: string;
  probe_id: string;
  asked_by: string;
  asked_by_id: string | null;
  /** Where the result is said too. */
  channel_id: string | null;
  /** Of whoever asked. */
  language: Language;
  /** JSON. */
  request: string;
  state: 'asked' | 'running' | 'done' | 'failed' | 'cancelled' | 'lost';
  /** JSON: a list of texts. */
  lines: string;
  /** JSON; null until it is over. */
  summary: string | null;
  started_at: number;
  ended_at: number | null;
}
