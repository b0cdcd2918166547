import * as z from 'zod';
import type { DiagnosticSummary } from './diagnostic-words.ts';
import { empty, id, time } from './fields.ts';
import { limits } from './limits.ts';
import { command, event } from './spec.ts';

/** A name or an address; never anything that a program could take for an option. */
const host = z
  .string()
  .max(253)
  .regex(/^([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]{2,45})$/, 'a name or an address');

/** What a probe may be asked to do by hand: typed parameters only, each within what its policy allows. */
export const diagnosticRequest = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('scan'),
    targets: z.array(z.string().max(64)).max(16).optional().describe('CIDRs within the ranges; all of them when absent'),
  }),
  z.strictObject({ do: z.literal('ping'), host, count: z.int().min(1).max(20).default(5) }),
  z.strictObject({ do: z.literal('traceroute'), host, maxHops: z.int().min(1).max(30).default(20) }),
  z.strictObject({ do: z.literal('dns'), name: host, type: z.enum(['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'TXT']).default('A') }),
  z.strictObject({ do: z.literal('tcp'), host, port: z.int().min(1).max(65_535) }),
  z.strictObject({ do: z.literal('http'), url: z.url({ protocol: /^https?$/ }).max(500) }),
]);
export type DiagnosticRequest = z.infer<typeof diagnosticRequest>;

/** How long each kind may take. */
export const diagnosticLimitMs: Record<DiagnosticRequest['do'], number> = {
  ping: 30_000,
  traceroute: 60_000,
  dns: 10_000,
  tcp: 10_000,
  http: 20_000,
  scan: 15 * 60_000,
};

/** Lines of one diagnostic; what comes after them is left out. */
export const diagnosticLines = 200;

const lines = z.array(z.string().max(500)).max(diagnosticLines);
export const diagnosticState = z.enum(['asked', 'running', 'done', 'failed', 'cancelled', 'lost']);

const diagnosticSummary: z.ZodType<DiagnosticSummary> = z.strictObject({
  say: z.string().max(40).describe('the short name of a sentence'),
  with: z.record(z.string().max(20), z.union([z.string().max(300), z.number()])).describe('what stands in it'),
});

const diagnostic = z.strictObject({
  diagnosticId: id,
  siteId: id,
  probeId: id,
  by: z.string().describe('who asked'),
  request: diagnosticRequest,
  state: diagnosticState,
  lines: lines.describe('what it said, one after the other; text from the network'),
  summary: diagnosticSummary.nullable().describe('what came of it; null until it is over'),
  startedAt: time,
  endedAt: time.nullable(),
});
export type Diagnostic = z.infer<typeof diagnostic>;

export const diagnosticCommands = {
  'diagnostic.start': command({
    summary: 'Ask a connected probe to look at something now. Its policy says what may be asked, and of which addresses.',
    role: 'technician',
    input: z.strictObject({
      probeId: id,
      request: diagnosticRequest,
      channelId: id.optional().describe('where the answer is said too, by the bot watch'),
    }),
    output: z.strictObject({ diagnosticId: id }),
  }),
  'diagnostic.cancel': command({
    summary: 'End one that runs.',
    role: 'technician',
    input: z.strictObject({ diagnosticId: id }),
    output: empty,
  }),
  'diagnostic.list': command({
    summary: 'Those of a site, newest first; the ones that run as they stand now.',
    role: 'technician',
    reads: true,
    input: z.strictObject({ siteId: id, limit: z.int().min(1).max(limits.historyPage).default(20) }),
    output: z.strictObject({ diagnostics: z.array(diagnostic) }),
  }),
  'diagnostic.report': command({
    summary: 'From the probe: more lines, or the end.',
    role: 'probe',
    live: true,
    input: z.strictObject({
      diagnosticId: id,
      lines: lines.default([]),
      end: z.strictObject({ state: z.enum(['done', 'failed', 'cancelled']), summary: diagnosticSummary }).optional(),
    }),
    output: empty,
  }),
};

export const diagnosticEvents = {
  'diagnostic.asked': event({
    summary: 'To a probe: do this now, within the time.',
    logged: false,
    body: z.strictObject({ diagnosticId: id, request: diagnosticRequest, limitMs: z.int(), by: z.string() }),
  }),
  'diagnostic.ended': event({ summary: 'To a probe: stop this.', logged: false, body: z.strictObject({ diagnosticId: id }) }),
  'diagnostic.progressed': event({
    summary: 'To those who look after sites: what a diagnostic said since the last word, and how it stands.',
    logged: false,
    body: z.strictObject({ siteId: id, diagnosticId: id, state: diagnosticState, lines, summary: diagnosticSummary.nullable() }),
  }),
};
