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
  message_alias: MessageAliasTable;
  mention: MentionTable;
  sanction: SanctionTable;
  site: SiteTable;
  probe: ProbeTable;
  enrolment: EnrolmentTable;
  report: ReportTable;
  device: DeviceTable;
  device_port: DevicePortTable;
  device_change: DeviceChangeTable;
  wan_sample: WanSampleTable;
  wan_rollup: WanRollupTable;
  incident: IncidentTable;
  incident_step: IncidentStepTable;
  symptom: SymptomTable;
  storm: StormTable;
  maintenance: MaintenanceTable;
  route: RouteTable;
  delivery: DeliveryTable;
  setting: SettingTable;
  intake: IntakeTable;
  site_alias: SiteAliasTable;
  api_token: ApiTokenTable;
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
  /** Of its `message.created` event, whose entry in the log is this row. */
  seq: number;
  /** Tells the seq (`messageIdOf`), unless `message_alias` does. */
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

/** The ids of messages from before an id told its seq. */
export interface MessageAliasTable {
  message_id: string;
  seq: number;
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
  group_name: string;
  /** IANA name. */
  zone: string;
  latitude: number | null;
  longitude: number | null;
  /** Where its incidents are told; null: #supervision. */
  channel_id: string | null;
  /** When the newest report that came as a file was made. */
  last_file_at: number | null;
  /** JSON: what differs from the first incident rules. */
  rules: string;
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
  /** JSON in the contract's shape; empty where it is packed. */
  body: string;
  /** The same as gzip, as it came. */
  packed: Uint8Array | null;
  /** The name of the file in which it came; null: a probe sent it. */
  file: string | null;
  shape: string | null;
  /** As it came, where that is not `body`. */
  raw: string | null;
}

export interface DeviceTable {
  device_id: string;
  site_id: string;
  /** `mac:…` where its maker's hardware address tells it again; else `device:…` with its own id: likeness tells it. Unique in its site. */
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
  label: string | null;
  notes: string;
  random_mac: number;
  /** Percent. */
  os_accuracy: number | null;
  /** That it is the same device as before, 0 to 1. */
  confidence: number;
  deep_at: number | null;
  /** The ports that were looked at last; null: never. */
  scanned_ports: string | null;
  /** The device that people said it is; then it is no device of its own. */
  merged_into: string | null;
  merged_at: number | null;
  /** JSON: what that device took from it. */
  merge_detail: string | null;
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
  /** JSON of the contract's Certificate. */
  tls: string | null;
  title: string | null;
}

export interface DeviceChangeTable {
  change_id: string;
  device_id: string;
  site_id: string;
  at: number;
  kind: string;
  port: number | null;
  protocol: 'tcp' | 'udp' | null;
  before: string | null;
  after: string | null;
  /** The person who did it; null: it was seen. */
  by_name: string | null;
}

/** Samples of a target put together: of five minutes, an hour, a day. */
export interface WanRollupTable {
  site_id: string;
  step_ms: number;
  at: number;
  target: string;
  role: string;
  samples: number;
  median_ms: number | null;
  min_ms: number | null;
  max_ms: number | null;
  loss: number;
}

export interface WanSampleTable {
  site_id: string;
  at: number;
  target: string;
  median_ms: number | null;
  loss: number;
  /** Null of a probe that does not say: what is beyond the provider. */
  role: 'gateway' | 'provider' | 'internet' | null;
  min_ms: number | null;
  max_ms: number | null;
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
  severity: 'critical' | 'warning' | 'info';
  assignee_id: string | null;
  assignee: string | null;
  resolved_by: string | null;
  /** The incident under which it is folded. */
  parent_id: string | null;
  /** Why nobody was told. */
  quiet: 'maintenance' | 'folded' | 'paused' | 'storm' | null;
  snoozed_until: number | null;
  paused_until: number | null;
  firings: number;
  /** How many were folded under it. */
  folded: number;
  /** When somebody was first told; null: nobody was. */
  told_at: number | null;
  reminded_at: number | null;
}

/** Something that a rule sees wrong now: not for long enough yet, or counted in an incident, or left alone by people. */
export interface SymptomTable {
  site_id: string;
  rule: string;
  subject_id: string;
  /** The part of the subject; empty: all of it. */
  item: string;
  subject: string;
  state: 'pending' | 'counted' | 'dismissed';
  since: number;
  /** Since when it is over, while that does not count yet. */
  over_since: number | null;
  /** JSON. */
  detail: string;
}

/** A time in which more opened at once than anybody would read one by one. */
export interface StormTable {
  storm_id: string;
  began_at: number;
  ended_at: number | null;
}

export interface IncidentStepTable {
  step_id: string;
  incident_id: string;
  at: number;
  kind: string;
  by_name: string | null;
  body: string | null;
}

export interface MaintenanceTable {
  maintenance_id: string;
  title: string;
  /** JSON; null: all sites. */
  site_ids: string | null;
  /** JSON of the contract's times. */
  times: string;
  created_by: string;
  created_at: number;
  ended_at: number | null;
}

export interface RouteTable {
  route_id: string;
  name: string;
  is_on: number;
  /** JSON of the contract's RouteTarget. */
  target: string;
  site_ids: string | null;
  groups: string | null;
  at_least: 'critical' | 'warning' | 'info';
  language: Language;
  /** Sealed. */
  secret: string | null;
  created_at: number;
  removed_at: number | null;
}

/** Something to be told by a route, and what became of it. */
export interface DeliveryTable {
  delivery_id: string;
  route_id: string;
  incident_id: string | null;
  /** What one message follows, and what is told in order: `incident:ID`, `storm:ID`. */
  thread: string;
  what: 'opened' | 'updated' | 'resolved' | 'reminder' | 'test' | 'storm';
  subject: string;
  /** JSON: what is told, where no incident says it. */
  body: string;
  state: 'waiting' | 'sent' | 'failed';
  attempts: number;
  created_at: number;
  next_at: number | null;
  done_at: number | null;
  last_error: string | null;
}

/** What administrators set while Nester runs; secrets in it are sealed. */
export interface SettingTable {
  name: string;
  value: string;
}

export interface IntakeTable {
  intake_id: string;
  name: string;
  /** SHA-256 of what is in it, with whatever else tells it from another file with the same bytes. */
  digest: string;
  bytes: number;
  at: number;
  state: 'taken' | 'unassigned' | 'quarantined' | 'discarded';
  shape: string | null;
  reason: string | null;
  site_id: string | null;
  site_code: string | null;
  hint: string | null;
  /** JSON. */
  report_ids: string;
  hosts: number | null;
  made_at: number | null;
  doubles: number;
  place: string | null;
}

/** A franchise as files write it, and the site that it is. */
export interface SiteAliasTable {
  alias: string;
  site_id: string;
}

export interface ApiTokenTable {
  token_id: string;
  name: string;
  token_hash: string;
  /** JSON. */
  scopes: string;
  created_by: string;
  created_at: number;
  expires_at: number | null;
  used_at: number | null;
  revoked_at: number | null;
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
