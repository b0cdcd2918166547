import * as z from 'zod';
import { empty, id, language, text, time } from './fields.ts';
import { severity } from './incident-rules.ts';
import { limits } from './limits.ts';
import { command, event } from './spec.ts';

const mailAddress = z
  .string()
  .max(254)
  .regex(/^[^\s\p{Cc}@<>",;:\\()[\]]+@[^\s\p{Cc}@<>",;:\\()[\]]+$/u, 'an e-mail address');

const deliveryState = z.enum(['waiting', 'sent', 'failed']);

/** Where a route leads. A channel route without a channel tells each site’s incidents in the site’s own channel. */
const routeTarget = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('channel'), channelId: id.nullable() }),
  z.strictObject({ kind: z.literal('mail'), to: z.array(mailAddress).min(1).max(20) }),
  z.strictObject({ kind: z.literal('webhook'), url: z.url({ protocol: /^https?$/ }).max(500) }),
]);
export type RouteTarget = z.infer<typeof routeTarget>;

const routeFields = z.strictObject({
  name: text.min(1).max(80),
  on: z.boolean(),
  target: routeTarget,
  siteIds: z.array(id).max(2_000).nullable().describe('null: of all sites, unless groups are named'),
  groups: z
    .array(text.max(limits.siteNameChars))
    .max(100)
    .nullable()
    .describe('of sites in these groups too; null: of no group in particular'),
  atLeast: severity.describe('this urgent, or more'),
  language,
});

const route = routeFields.extend({
  routeId: id,
  hasSecret: z.boolean().describe('webhooks: what signs them'),
  createdAt: time,
  last: z.strictObject({ state: deliveryState, at: time, error: z.string().nullable() }).nullable().describe('its last delivery'),
});
/** Whom incidents are told to, and which. */
export type Route = z.infer<typeof route>;

const delivery = z.strictObject({
  deliveryId: id,
  routeId: id,
  routeName: z.string(),
  incidentId: id.nullable().describe('null: a test, or the summary of a storm'),
  what: z.enum(['opened', 'updated', 'resolved', 'reminder', 'test', 'storm']),
  subject: z.string().describe('in a few words'),
  state: deliveryState,
  attempts: z.int(),
  createdAt: time,
  doneAt: time.nullable(),
  nextAt: time.nullable().describe('when it is tried again'),
  error: z.string().nullable().describe('in English, or in the words of the server; `deliveryErrorIn` says ours in French'),
});
export type Delivery = z.infer<typeof delivery>;

const mailServer = z.strictObject({
  host: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[^\s\p{Cc}]+$/u, 'a host name or an address'),
  port: z.int().min(1).max(65_535),
  tls: z.enum(['none', 'starttls', 'implicit']),
  user: text.max(255).describe('empty: no log-in'),
  from: mailAddress,
});

export const notifyCommands = {
  'route.list': command({
    summary: 'Whom incidents are told to, with what became of the last delivery of each.',
    role: 'admin',
    reads: true,
    input: empty,
    output: z.strictObject({ routes: z.array(route) }),
  }),
  'route.create': command({
    summary: 'Tell incidents somewhere else too. A webhook answers with the secret that signs it; it is shown once.',
    role: 'admin',
    input: routeFields,
    output: z.strictObject({ route, secret: z.string().nullable() }),
  }),
  'route.update': command({
    summary: 'Change whom incidents are told to; `newSecret` signs a webhook anew.',
    role: 'admin',
    input: routeFields.partial().extend({ routeId: id, newSecret: z.boolean().default(false) }),
    output: z.strictObject({ route, secret: z.string().nullable() }),
  }),
  'route.remove': command({
    summary: 'Tell incidents there no longer.',
    role: 'admin',
    input: z.strictObject({ routeId: id }),
    output: empty,
  }),
  'route.test': command({
    summary: 'Send a test there now, and say what became of it.',
    role: 'admin',
    input: z.strictObject({ routeId: id }),
    output: z.strictObject({ delivery }),
  }),
  'delivery.list': command({
    summary: 'What was told, or is still to be told, newest first.',
    role: 'admin',
    reads: true,
    input: z.strictObject({
      routeId: id.optional(),
      incidentId: id.optional(),
      state: deliveryState.optional(),
      before: time.optional(),
      limit: z.int().min(1).max(limits.historyPage).default(100),
    }),
    output: z.strictObject({ deliveries: z.array(delivery) }),
  }),
  'delivery.retry': command({
    summary: 'Try a delivery that waits, or that was given up, again now.',
    role: 'admin',
    input: z.strictObject({ deliveryId: id }),
    output: z.strictObject({ delivery }),
  }),
  'mail.show': command({
    summary: 'The mail server that Aerie sends by.',
    role: 'admin',
    reads: true,
    input: empty,
    output: z.strictObject({ server: mailServer.extend({ hasPassword: z.boolean() }).nullable() }),
  }),
  'mail.set': command({
    summary: 'Say by which mail server Aerie sends; null: by none. Without `password` the one that is kept stays.',
    role: 'admin',
    input: z.strictObject({ server: mailServer.nullable(), password: z.string().max(limits.passwordChars).optional() }),
    output: empty,
  }),
  'mail.test': command({
    summary: 'Send a test message, and say what the mail server answered.',
    role: 'admin',
    input: z.strictObject({ to: mailAddress }),
    output: z.strictObject({ sent: z.boolean(), answer: z.string().describe('of the server') }),
  }),
};

export const notifyEvents = {
  'delivery.changed': event({
    summary: 'A delivery was made or failed; lists may be read again. Coalesced.',
    logged: false,
    body: z.strictObject({}),
  }),
};
