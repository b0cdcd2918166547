import * as z from 'zod';
import { id, time } from './fields.ts';

/** What a probe found, version 1. Times are UTC epoch milliseconds, durations milliseconds, ratios 0 to 1. */

const text = (max: number) => z.string().max(max);
const ms = z.number().min(0).max(86_400_000);
/** As the probe saw it; checked to be an IPv4 or IPv6 address where it is taken in. */
const address = text(45).regex(/^[0-9a-fA-F.:]+$/, 'an IPv4 or IPv6 address');

export const portState = z.enum(['open', 'closed', 'filtered']);

export const certificate = z.strictObject({
  subject: text(200),
  issuer: text(200),
  notAfter: time,
});
export type Certificate = z.infer<typeof certificate>;

const reportedPort = z.strictObject({
  port: z.int().min(1).max(65_535),
  protocol: z.enum(['tcp', 'udp']),
  state: portState,
  service: text(100).nullable(),
  product: text(200).nullable(),
  version: text(100).nullable(),
  tls: certificate.optional().describe('what the port showed when TLS was begun'),
  title: text(200).optional().describe('of the page that an HTTP server answers with'),
});
export type ReportedPort = z.infer<typeof reportedPort>;

const reportedHost = z.strictObject({
  address,
  hostname: text(255).nullable(),
  mac: z
    .string()
    .regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/)
    .nullable()
    .describe('lower case'),
  vendor: text(200).nullable(),
  randomMac: z.boolean().optional().describe('a locally administered MAC: phones and laptops make a new one for each network'),
  status: z.enum(['up', 'down', 'unknown']),
  rttMs: ms.nullable(),
  os: z.strictObject({ name: text(200), accuracy: z.int().min(0).max(100) }).nullable(),
  ports: z.array(reportedPort).max(4_096),
  deepAt: time.optional().describe('when its services and system were last looked at; facts of before that pass are carried on'),
});
export type ReportedHost = z.infer<typeof reportedHost>;

/** Whose fault it is: the site's own router, its provider, or what is beyond. */
export const wanRole = z.enum(['gateway', 'provider', 'internet']);

export const wanResult = z.strictObject({
  target: text(255),
  role: wanRole.optional(),
  sent: z.int().min(0).max(1_000),
  received: z.int().min(0).max(1_000),
  minMs: ms.nullable(),
  medianMs: ms.nullable(),
  maxMs: ms.nullable(),
  jitterMs: ms.nullable().optional().describe('mean difference of answers that follow each other (RFC 3550, A.8, without its smoothing)'),
});
export const dnsResult = z.strictObject({ name: text(255), ms: ms.nullable(), error: text(100).nullable() });
export type DnsResult = z.infer<typeof dnsResult>;

export const httpResult = z.strictObject({
  url: text(500),
  status: z.int().min(100).max(599).nullable(),
  ms: ms.nullable(),
  error: text(100).nullable(),
  notAfter: time.nullable().describe('of its certificate'),
});
export type HttpResult = z.infer<typeof httpResult>;

const path = z.strictObject({
  target: text(255),
  hops: z.array(z.strictObject({ address: address.nullable().describe('null: silent'), ms: ms.nullable() })).max(64),
});
/** The way to a target; reported when it is first seen and when it changes. */
export type Path = z.infer<typeof path>;

export type WanResult = z.infer<typeof wanResult>;

/** A fact that could not be had, and why: unknown is not down. */
export const missingFact = z.strictObject({
  fact: z.enum([
    'services',
    'os',
    'mac',
    'filtered',
    'hostname',
    'wan',
    'rtt',
    'hosts',
    'udp',
    'tls',
    'title',
    'ports',
    'dns',
    'http',
    'path',
  ]),
  reason: text(300),
});
export type MissingFact = z.infer<typeof missingFact>;

export const report = z.strictObject({
  v: z.literal(1),
  reportId: id,
  probeId: id,
  version: text(40).describe('of the Harvester'),
  scanner: z.enum(['nmap', 'tcp']),
  kind: z.enum(['full', 'sweep']).optional().describe('a sweep looks only who is there: it says nothing of ports; absent: full'),
  startedAt: time,
  finishedAt: time,
  targets: z.array(text(64)).max(256).describe('the ranges that were scanned'),
  ports: text(2_000).describe('the ports that were looked at, such as 22,80,8000-8100'),
  machine: z.strictObject({ name: text(255), addresses: z.array(address).max(32) }),
  hosts: z.array(reportedHost).max(4_096),
  wan: z.array(wanResult).max(16),
  dns: z.array(dnsResult).max(8).optional(),
  http: z.array(httpResult).max(8).optional(),
  paths: z.array(path).max(8).optional(),
  missing: z.array(missingFact).max(16),
});
export type Report = z.infer<typeof report>;

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of the day, such as 22:30');
export const scanWindow = z.strictObject({
  days: z.array(z.int().min(1).max(7)).min(1).max(7).describe('1 is Monday'),
  from: clock,
  to: clock.describe('at or before `from`: on the next day'),
});
export type ScanWindow = z.infer<typeof scanWindow>;

/** What may be asked of a probe by hand. */
export const diagnosticKind = z.enum(['scan', 'ping', 'traceroute', 'dns', 'tcp', 'http']);
export type DiagnosticKind = z.infer<typeof diagnosticKind>;

/** What a probe may touch and how often. The probe enforces it; a new site authorises loopback and nothing else. */
export const policy = z.strictObject({
  version: z.int().min(1).describe('grows with each change'),
  ranges: z.array(text(64)).max(256).describe('CIDRs that may be scanned'),
  ports: text(2_000).regex(/^\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*$/, 'ports and ranges, such as 22,80,8000-8100'),
  scanEveryMs: z.int().min(10_000).max(86_400_000),
  heartbeatMs: z.int().min(1_000).max(600_000),
  wanTargets: z.array(text(255)).max(16).describe('what is beyond the provider'),
  exclude: z.array(text(64)).max(256).describe('addresses and CIDRs that are never touched, whatever the ranges say'),
  udpPorts: z
    .string()
    .max(500)
    .regex(/^(\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*)?$/, 'ports and ranges, such as 53,123,161, or nothing'),
  sweepEveryMs: z.int().min(10_000).max(86_400_000).describe('between scans: only who is there'),
  deepEveryMs: z
    .int()
    .min(60_000)
    .max(31 * 86_400_000)

    .describe('services and systems of what did not change'),
  maxHosts: z.int().min(1).max(65_536),
  packetsPerSecond: z.int().min(10).max(100_000),
  windows: z.array(scanWindow).max(14).describe('when it may scan; none: always. Contact and WAN go on'),
  zone: text(64).describe('of the windows, an IANA name such as Europe/Paris'),
  gateway: z.enum(['auto', 'off']).describe('auto: the default route’s router is a WAN target'),
  providerTargets: z.array(text(255)).max(8),
  dnsNames: z.array(text(255)).max(8).describe('names that are looked up, timed'),
  httpChecks: z.array(text(500)).max(8).describe('URLs that are fetched, timed'),
  backlogKbps: z.int().min(8).max(1_000_000).describe('kilobits a second for reports from before, after a cut'),
  diagnostics: z
    .array(diagnosticKind)
    .max(6)

    .describe('what may be asked by hand'),
});
export type Policy = z.infer<typeof policy>;

/** What a new site authorises: the probe's own machine, and nothing else. No target outside is set. */
export const firstPolicy: Policy = {
  version: 1,
  ranges: ['127.0.0.1/32'],
  ports: '21-23,25,53,80,110,135,139,143,443,445,515,554,631,993,995,1433,3000,3306,3389,5000,5432,5900,8000,8080,8443,9100,12345',
  scanEveryMs: 300_000,
  heartbeatMs: 15_000,
  wanTargets: [],
  exclude: [],
  udpPorts: '',
  sweepEveryMs: 60_000,
  deepEveryMs: 86_400_000,
  maxHosts: 4_096,
  packetsPerSecond: 2_000,
  windows: [],
  zone: 'UTC',
  gateway: 'off',
  providerTargets: [],
  dnsNames: [],
  httpChecks: [],
  backlogKbps: 2_000,
  diagnostics: ['scan', 'ping', 'traceroute', 'dns', 'tcp', 'http'],
};

/** Reads a policy that was kept, perhaps by an older version: fields that it did not know have their first values. @throws ZodError */
export function keptPolicy(json: string): Policy {
  const kept: unknown = JSON.parse(json);
  return policy.parse(typeof kept === 'object' && kept !== null ? { ...firstPolicy, ...kept } : kept);
}
