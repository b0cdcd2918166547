import * as z from 'zod';
import { knownDevice, reportSummary } from './devices.ts';
import { empty, id, seq, text, time } from './fields.ts';
import { incidentRule, incidentRules, severity } from './incident-rules.ts';
import { limits } from './limits.ts';
import { maintenance } from './maintenance.ts';
import { dnsResult, httpResult, missingFact, policy, wanResult } from './reports.ts';
import { command, event } from './spec.ts';

export const siteState = z.enum(['up', 'degraded', 'down', 'unknown', 'stale']);
export type SiteState = z.infer<typeof siteState>;

const siteCode = z.string().regex(/^[A-Z0-9][A-Z0-9-]{0,23}$/, 'capital letters, digits and -, at most 24');
const siteName = z.string().min(1).max(limits.siteNameChars);
const siteGroup = text.max(limits.siteNameChars);
const zone = z.string().min(1).max(64).describe('IANA name, such as America/Chicago');
/** What the state rests on; sentences are made from it in the reader's language. */
const why = z.enum(['reporting', 'probe_silent', 'probe_never', 'no_probe', 'report_late', 'wan_loss', 'wan_latency', 'files_only']);

const probe = z.strictObject({
  probeId: id,
  name: z.string().describe('of the machine it runs on'),
  version: z.string(),
  connected: z.boolean(),
  enrolledAt: time,
  lastContactAt: time.nullable(),
  revokedAt: time.nullable(),
  policyVersion: z.int().nullable().describe('the policy that it says it follows'),
  spoolDepth: z.int().min(0).describe('reports that it still has to send'),
  spoolDropped: z.int().min(0).describe('reports that it dropped unsent since it was started'),
  clockSkewMs: z.int().nullable().describe('its clock minus ours'),
  networks: z.array(z.string()).describe('its own networks, offered for authorisation'),
  address: z.string().describe('from which it connects'),
  refusedPolicy: z.strictObject({ version: z.int(), reason: z.string() }).nullable().describe('a policy that it does not follow, and why'),
  scan: z.strictObject({ phase: z.string(), done: z.int(), total: z.int() }).nullable().describe('how far the scan is that runs now'),
  clone: z
    .strictObject({
      machine: z.string(),
      name: z.string(),
      address: z.string(),
      seenAt: time,
      separated: z.boolean().describe('it will be told to enrol anew'),
    })
    .nullable()
    .describe('another machine that came with the same key: it is kept out until it has an identity of its own'),
});
export type Probe = z.infer<typeof probe>;

export const site = z.strictObject({
  siteId: id,
  code: siteCode,
  name: siteName,
  state: siteState,
  why,
  since: time,
  devicesUp: z.int(),
  devicesKnown: z.int(),
  openIncidents: z.int(),
  wanMedianMs: z.number().nullable(),
  wanLoss: z.number().nullable().describe('0 to 1'),
  lastContactAt: time.nullable(),
  lastReportAt: time.nullable(),
  probeVersion: z.string().nullable(),
  group: z.string().describe('such as a division or a region; empty: none'),
  zone: z.string().describe('IANA name of its time zone'),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  channelId: id.nullable().describe('where its incidents are told; null: in #supervision'),
  maintenanceUntil: time.nullable().describe('the end of the maintenance that is under way'),
  worst: z
    .strictObject({ incidentId: id, rule: incidentRule, severity, subject: z.string(), openedAt: time })
    .nullable()
    .describe('the worst of its open incidents'),
});
/** A site as the list shows it. */
export type Site = z.infer<typeof site>;

const point = z.strictObject({ at: time, medianMs: z.number().nullable(), loss: z.number() });

export const siteCommands = {
  'site.list': command({
    summary: 'All sites, worst first, as of `seq` of the log.',
    role: 'technician',
    reads: true,
    input: empty,
    output: z.strictObject({ seq, sites: z.array(site) }),
  }),
  'site.show': command({
    summary: 'A site with its policy, probes, devices, the last report and what could not be measured.',
    role: 'technician',
    reads: true,
    input: z.strictObject({ siteId: id }),
    output: z.strictObject({
      seq,
      site,
      policy,
      probes: z.array(probe),
      devices: z.array(knownDevice),
      lastReport: reportSummary.nullable(),
      missing: z.array(missingFact),
      wan: z.array(wanResult),
      dns: z.array(dnsResult),
      http: z.array(httpResult),
      series: z.array(point).describe('WAN of the last 24 hours, oldest first'),
      rules: incidentRules.describe('what makes an incident at this site'),
      maintenance: z.array(maintenance).describe('under way and to come'),
    }),
  }),
  'site.curves': command({
    summary: 'The WAN of the last 24 hours of all sites, as small curves: one figure for each half hour, oldest first.',
    role: 'technician',
    reads: true,
    input: empty,
    output: z.strictObject({
      from: time,
      stepMs: z.int(),
      sites: z.record(
        id,
        z.strictObject({ medianMs: z.array(z.number().nullable()), loss: z.array(z.number().nullable()).describe('null: not measured') }),
      ),
    }),
  }),
  'site.update': command({
    summary: 'Change how a site is called and grouped, where it is, where its incidents are told and what makes one.',
    role: 'admin',
    input: z.strictObject({
      siteId: id,
      name: siteName.optional(),
      group: siteGroup.optional(),
      zone: zone.optional(),
      latitude: z.number().min(-90).max(90).nullable().optional(),
      longitude: z.number().min(-180).max(180).nullable().optional(),
      channelId: id.nullable().optional(),
      rules: incidentRules.partial().optional(),
    }),
    output: z.strictObject({ site }),
  }),
  'site.create': command({
    summary: 'Make a site. Its policy authorises loopback and nothing else.',
    role: 'admin',
    input: z.strictObject({
      code: siteCode,
      name: siteName,
      group: siteGroup.default(''),
      zone: zone.default('UTC'),
      latitude: z.number().min(-90).max(90).nullable().default(null),
      longitude: z.number().min(-180).max(180).nullable().default(null),
    }),
    output: z.strictObject({ siteId: id }),
  }),
  'site.setPolicy': command({
    summary: 'Say what the site’s probes may touch and how often. Connected probes follow at once.',
    role: 'admin',
    input: z.strictObject({ siteId: id, policy: policy.omit({ version: true }).partial() }),
    output: z.strictObject({ policy }),
  }),
  'probe.code': command({
    summary: 'Make a one-time code (24 hours) with which one probe joins a site.',
    role: 'admin',
    input: z.strictObject({ siteId: id }),
    output: z.strictObject({
      code: z.string(),
      expiresAt: time,
      line: z.string().describe('what to paste on the probe’s machine'),
      installs: z.boolean().describe('the line installs the probe too, on Debian; false: it is for a copy of the repository'),
      command: z.string().describe('what joins where a Harvester is installed: to be run with sudo'),
    }),
  }),
  'probe.revoke': command({
    summary: 'Shut a probe out: its key is of no use any more.',
    role: 'admin',
    input: z.strictObject({ probeId: id }),
    output: empty,
  }),
  'probe.separate': command({
    summary: 'Give a cloned machine an identity of its own: when it comes again it is told to enrol anew at the same site, by itself.',
    role: 'admin',
    input: z.strictObject({ probeId: id, machine: z.string().max(64).describe('as the probe’s `clone` names it') }),
    output: empty,
  }),
  'probe.scan': command({
    summary: 'Ask a connected probe to scan now.',
    role: 'technician',
    input: z.strictObject({ probeId: id }),
    output: empty,
  }),
  'probe.enrol': command({
    summary: 'Join a site with a one-time code. The probe made the key; only its public half is sent.',
    role: 'anyone',
    input: z.strictObject({
      code: z.string().min(8).max(200),
      publicKey: z.string().max(100).describe('Ed25519, raw 32 bytes as base64url'),
      name: z.string().max(255),
      version: z.string().max(40),
    }),
    output: z.strictObject({ probeId: id, siteCode, siteName, policy }),
  }),
  'probe.challenge': command({
    summary: 'A random text to sign, good for this connection and one minute.',
    role: 'anyone',
    live: true,
    input: empty,
    output: z.strictObject({
      challenge: z.string(),
      agree: z.string().optional().describe('half of a key for uploads: X25519, raw, base64url'),
    }),
  }),
  'probe.connect': command({
    summary:
      'Log a live connection in as a probe. `signature` is Ed25519 over `aerie-probe-connect:` and the challenge, base64url; with `agree`, over `aerie-probe-connect:`, the challenge, `:` and `agree`.',
    role: 'anyone',
    live: true,
    input: z.strictObject({
      probeId: id,
      signature: z.string().max(100),
      name: z.string().max(255),
      version: z.string().max(40),
      networks: z.array(z.string().max(64)).max(32),
      machine: z
        .string()
        .max(64)
        .optional()
        .describe('a digest of what makes this running machine itself (boot, MACs, namespaces): tells a restart from a clone'),
      agree: z
        .string()
        .max(64)
        .optional()
        .describe('the other half of the key for uploads over which this connection agrees; only where the challenge had one'),
    }),
    output: z.strictObject({ policy, now: time }),
  }),
  'probe.heartbeat': command({
    summary: 'Say that the probe is there, what it follows and what it still has to send.',
    role: 'probe',
    live: true,
    input: z.strictObject({
      at: time,
      policyVersion: z.int().describe('the one in force'),
      refusedPolicy: z.strictObject({ version: z.int(), reason: z.string().max(300) }).optional(),
      spoolDepth: z.int().min(0),
      spoolDropped: z.int().min(0).optional().describe('reports that it dropped unsent since it was started'),
      scanning: z.boolean(),
      scan: z.strictObject({ phase: z.string().max(40), done: z.int().min(0), total: z.int().min(0) }).optional(),
    }),
    output: z.strictObject({ now: time }),
  }),
};

export const siteEvents = {
  'site.created': event({ summary: 'There is a new site.', logged: true, body: z.strictObject({ site }) }),
  'site.updated': event({ summary: 'A site’s state or summary changed.', logged: true, body: z.strictObject({ site }) }),
  'report.accepted': event({
    summary: 'A report was taken in; the site’s page may be read again.',
    logged: true,
    body: z.strictObject({ siteId: id, reportId: id }),
  }),
  'site.contacted': event({
    summary: 'A probe of the site was heard; coalesced.',
    logged: false,
    body: z.strictObject({ siteId: id, lastContactAt: time, connected: z.boolean(), spoolDepth: z.int() }),
  }),
  'probe.asked': event({ summary: 'To a probe: do this now.', logged: false, body: z.strictObject({ do: z.enum(['scan', 'beat']) }) }),
  'probe.separated': event({
    summary: 'To a cloned machine: enrol anew with this code.',
    logged: false,
    body: z.strictObject({ code: z.string() }),
  }),
  'site.scanning': event({
    summary: 'How far a probe’s scan is; coalesced. `scan` is null when none runs.',
    logged: false,
    body: z.strictObject({
      siteId: id,
      probeId: id,
      scan: z.strictObject({ phase: z.string(), done: z.int(), total: z.int() }).nullable(),
    }),
  }),
  'policy.changed': event({ summary: 'To a probe: follow this from now on.', logged: false, body: z.strictObject({ policy }) }),
};
