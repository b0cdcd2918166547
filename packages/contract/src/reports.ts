import * as z from 'zod';
import { id, time } from './fields.ts';

/** What a probe found, version 1. Times are UTC epoch milliseconds, durations milliseconds, ratios 0 to 1. */

const text = (max: number) => z.string().max(max);
const ms = z.number().min(0).max(86_400_000);
/** As the probe saw it; checked to be an IPv4 or IPv6 address where it is taken in. */
const address = text(45).regex(/^[0-9a-fA-F.:]+$/, 'an IPv4 or IPv6 address');

export const portState = z.enum(['open', 'closed', 'filtered']);

const reportedPort = z.strictObject({
  port: z.int().min(1).max(65_535),
  protocol: z.enum(['tcp', 'udp']),
  state: portState,
  service: text(100).nullable(),
  product: text(200).nullable(),
  version: text(100).nullable(),
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
  status: z.enum(['up', 'down', 'unknown']),
  rttMs: ms.nullable(),
  os: z.strictObject({ name: text(200), accuracy: z.int().min(0).max(100) }).nullable(),
  ports: z.array(reportedPort).max(4_096),
});
export type ReportedHost = z.infer<typeof reportedHost>;

export const wanResult = z.strictObject({
  target: text(255),
  sent: z.int().min(0).max(1_000),
  received: z.int().min(0).max(1_000),
  minMs: ms.nullable(),
  medianMs: ms.nullable(),
  maxMs: ms.nullable(),
});
export type WanResult = z.infer<typeof wanResult>;

/** A fact that could not be had, and why: unknown is not down. */
export const missingFact = z.strictObject({
  fact: z.enum(['services', 'os', 'mac', 'filtered', 'hostname', 'wan', 'rtt', 'hosts']),
  reason: text(300),
});
export type MissingFact = z.infer<typeof missingFact>;

export const report = z.strictObject({
  v: z.literal(1),
  reportId: id,
  probeId: id,
  version: text(40).describe('of the Harvester'),
  scanner: z.enum(['nmap', 'tcp']),
  startedAt: time,
  finishedAt: time,
  targets: z.array(text(64)).max(256).describe('the ranges that were scanned'),
  ports: text(2_000).describe('the ports that were looked at, such as 22,80,8000-8100'),
  machine: z.strictObject({ name: text(255), addresses: z.array(address).max(32) }),
  hosts: z.array(reportedHost).max(4_096),
  wan: z.array(wanResult).max(16),
  missing: z.array(missingFact).max(16),
});
export type Report = z.infer<typeof report>;

/** What a probe may touch and how often. The probe enforces it; a new site authorises loopback and nothing else. */
export const policy = z.strictObject({
  version: z.int().min(1).describe('grows with each change'),
  ranges: z.array(text(64)).max(256).describe('CIDRs that may be scanned'),
  ports: text(2_000).regex(/^\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*$/, 'ports and ranges, such as 22,80,8000-8100'),
  scanEveryMs: z.int().min(10_000).max(86_400_000),
  heartbeatMs: z.int().min(1_000).max(600_000),
  wanTargets: z.array(text(255)).max(16),
});
export type Policy = z.infer<typeof policy>;
