import * as z from 'zod';
import { empty, id, seq, text, time } from './fields.ts';
import { limits } from './limits.ts';
import { certificate, portState, report } from './reports.ts';
import { command, event } from './spec.ts';

const devicePort = z.strictObject({
  port: z.int(),
  protocol: z.enum(['tcp', 'udp']),
  state: portState,
  service: z.string().nullable(),
  product: z.string().nullable(),
  version: z.string().nullable(),
  tls: certificate.nullable().describe('the certificate that it showed last'),
  title: z.string().nullable().describe('of the page that an HTTP server answers with'),
  firstSeenAt: time,
  lastSeenAt: time,
});
export type DevicePort = z.infer<typeof devicePort>;

/** What tells a device again in the next report. */
const identityKind = z.enum(['mac', 'likeness', 'address']);

export const knownDevice = z.strictObject({
  deviceId: id,
  label: z.string().nullable().describe('what people call it'),
  address: z.string(),
  hostname: z.string().nullable(),
  mac: z.string().nullable(),
  randomMac: z.boolean().describe('its MAC is one that it made up: it may come back with another'),
  vendor: z.string().nullable(),
  os: z.string().nullable(),
  osAccuracy: z.int().nullable().describe('percent'),
  status: z.enum(['up', 'down', 'unknown']),
  rttMs: z.number().nullable(),
  identity: identityKind.describe('mac: its maker’s MAC; likeness: name, ports and address together; address: nothing but where it is'),
  confidence: z.number().describe('that it is the same device as in the reports before, 0 to 1'),
  deepAt: time.nullable().describe('when its services and system were last looked at'),
  firstSeenAt: time,
  lastSeenAt: time,
  ports: z.array(devicePort),
});
export type Device = z.infer<typeof knownDevice>;

/** Something that happened to a device. `before` and `after` are as short as a cell of a table. */
const deviceChange = z.strictObject({
  changeId: id,
  at: time,
  kind: z.enum([
    'first_seen',
    'gone',
    'back',
    'address',
    'hostname',
    'mac',
    'os',
    'port_opened',
    'port_closed',
    'service',
    'certificate',
    'merged',
    'split',
    'edited',
  ]),
  port: z.int().nullable(),
  protocol: z.enum(['tcp', 'udp']).nullable(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  by: z.string().nullable().describe('the person, where one did it'),
});
export type DeviceChange = z.infer<typeof deviceChange>;

const deviceBrief = knownDevice.pick({
  deviceId: true,
  label: true,
  address: true,
  hostname: true,
  mac: true,
  vendor: true,
  status: true,
  lastSeenAt: true,
});

export const reportSummary = z.strictObject({
  reportId: id,
  probeId: id.nullable().describe('null: it came as a file'),
  scanner: z.enum(['nmap', 'tcp']),
  kind: z.enum(['full', 'sweep']).describe('a sweep looks only who is there'),
  version: z.string(),
  startedAt: time,
  finishedAt: time,
  receivedAt: time,
  hostsUp: z.int(),
  openPorts: z.int(),
  late: z.boolean().describe('it arrived long after it was made: history only'),
  file: z.string().nullable().describe('the name of the file in which it came; text from outside'),
  shape: z.string().nullable().describe('of that file: A, B, C, D (nmap) or 1 (a Harvester’s own)'),
});
export type ReportSummary = z.infer<typeof reportSummary>;

const reportChange = z.strictObject({
  address: z.string(),
  name: z.string().nullable(),
  kind: z.enum([
    'host_appeared',
    'host_gone',
    'address',
    'hostname',
    'mac',
    'os',
    'port_opened',
    'port_closed',
    'port_state',
    'service',
    'certificate',
  ]),
  port: z.int().nullable(),
  protocol: z.enum(['tcp', 'udp']).nullable(),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type ReportChange = z.infer<typeof reportChange>;

export const deviceCommands = {
  'device.search': command({
    summary: 'Devices of all sites by label, name, address, MAC, maker or service; those that fit best first.',
    role: 'technician',
    reads: true,
    input: z.strictObject({ query: text.min(1).max(200), limit: z.int().min(1).max(100).default(20) }),
    output: z.strictObject({ devices: z.array(deviceBrief.extend({ siteId: id, siteCode: z.string(), siteName: z.string() })) }),
  }),
  'device.show': command({
    summary: 'A device with its notes, its history (newest first), and those that may be the same one.',
    role: 'technician',
    reads: true,
    input: z.strictObject({ deviceId: id, before: id.optional().describe('history before that change') }),
    output: z.strictObject({
      seq,
      siteId: id,
      device: knownDevice,
      notes: z.string(),
      history: z.array(deviceChange).max(limits.historyPage),
      identities: z.array(
        z.strictObject({
          identityId: id,
          identity: z.string().describe('such as mac:52:54:00:12:34:56 or name:printer address:10.0.0.9'),
          mergedAt: time.nullable(),
        }),
      ),
      alike: z.array(deviceBrief.extend({ confidence: z.number() })).describe('the likeliest first'),
    }),
  }),
  'device.update': command({
    summary: 'Name a device and write down what others should know of it.',
    role: 'technician',
    input: z.strictObject({
      deviceId: id,
      label: text.max(80).nullable().optional(),
      notes: text.max(limits.notesChars).optional(),
    }),
    output: z.strictObject({ device: knownDevice }),
  }),
  'device.merge': command({
    summary: 'Say that two devices of a site are one: history, ports and identities of the first go to the second.',
    role: 'technician',
    input: z.strictObject({ deviceId: id, intoDeviceId: id }),
    output: z.strictObject({ device: knownDevice }),
  }),
  'device.split': command({
    summary: 'Say that one of a device’s identities is another device after all.',
    role: 'technician',
    input: z.strictObject({ deviceId: id, identityId: id }),
    output: z.strictObject({ device: knownDevice.describe('the one that it is now') }),
  }),
  'device.export': command({
    summary: 'A page of all devices with their ports, by id, for programs that take them out.',
    role: 'technician',
    reads: true,
    input: z.strictObject({ siteId: id.optional(), after: id.optional(), limit: z.int().min(1).max(200).default(200) }),
    output: z.strictObject({
      devices: z.array(knownDevice.extend({ siteId: id, siteCode: z.string(), siteName: z.string(), notes: z.string() })),
      next: id.nullable().describe('to be given as `after`; null: that was all'),
    }),
  }),
  'device.forget': command({
    summary: 'Forget a device that is not there any more, with its history. If it comes back it is new.',
    role: 'admin',
    input: z.strictObject({ deviceId: id }),
    output: empty,
  }),
};

export const reportCommands = {
  'report.list': command({
    summary: 'Reports of a site, newest first.',
    role: 'technician',
    reads: true,
    input: z.strictObject({
      siteId: id,
      sweeps: z.boolean().default(false).describe('sweeps too; they are kept for two days'),
      before: time.optional(),
      limit: z.int().min(1).max(limits.historyPage).default(50),
    }),
    output: z.strictObject({ reports: z.array(reportSummary) }),
  }),
  'report.show': command({
    summary: 'One report, as it was understood.',
    role: 'technician',
    reads: true,
    input: z.strictObject({ reportId: id }),
    output: z.strictObject({ siteId: id, summary: reportSummary, report }),
  }),
  'report.raw': command({
    summary: 'One report as it came, to the letter: JSON, or nmap’s XML.',
    role: 'technician',
    reads: true,
    input: z.strictObject({ reportId: id }),
    output: z.strictObject({ content: z.string() }),
  }),
  'report.compare': command({
    summary: 'What differs between two reports of a site: hosts, names, systems, ports, services.',
    role: 'technician',
    reads: true,
    input: z.strictObject({ fromReportId: id, toReportId: id }),
    output: z.strictObject({ siteId: id, from: reportSummary, to: reportSummary, changes: z.array(reportChange) }),
  }),
};

export const deviceEvents = {
  'device.changed': event({
    summary: 'Somebody named a device, merged it, told it apart or forgot it; pages that show it may be read again.',
    logged: true,
    body: z.strictObject({ siteId: id, deviceId: id }),
  }),
};
