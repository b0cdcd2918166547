import * as z from 'zod';
import { empty, id, text, time } from './fields.ts';
import { command } from './spec.ts';

/** What a program with a token may read. */
export const tokenScopes = ['sites', 'devices', 'reports', 'incidents', 'metrics'] as const;
export const tokenScope = z.enum(tokenScopes);
export type TokenScope = z.infer<typeof tokenScope>;

/** What a token of each scope may call; `metrics` is for `/metrics`. Every one of these only reads. */
export const tokenReads = {
  sites: ['site.list', 'site.show', 'site.curves', 'series.wan'],
  devices: ['device.search', 'device.show'],
  reports: ['report.list', 'report.show', 'report.compare', 'report.raw'],
  incidents: ['incident.list', 'incident.show', 'maintenance.list'],
  metrics: [],
} as const satisfies Record<TokenScope, readonly string[]>;

/** The scope that a token needs for a command; undefined when none allows it. */
export function scopeFor(command: string): TokenScope | undefined {
  return tokenScopes.find(scope => (tokenReads[scope] as readonly string[]).includes(command));
}

const apiToken = z.strictObject({
  tokenId: id,
  name: z.string(),
  scopes: z.array(tokenScope),
  createdBy: z.string(),
  createdAt: time,
  expiresAt: time.nullable(),
  usedAt: time.nullable(),
  revokedAt: time.nullable(),
});
export type ApiToken = z.infer<typeof apiToken>;

/** Tokens with which programs read by HTTP. They change nothing. */
export const tokenCommands = {
  'token.list': command({
    summary: 'Tokens of programs, newest first.',
    role: 'admin',
    reads: true,
    input: empty,
    output: z.strictObject({ tokens: z.array(apiToken) }),
  }),
  'token.create': command({
    summary: 'Make a token. It is shown once.',
    role: 'admin',
    input: z.strictObject({
      name: text.min(1).max(80),
      scopes: z.array(tokenScope).min(1),
      expiresAt: time.nullable().default(null),
    }),
    output: z.strictObject({ tokenId: id, token: z.string() }),
  }),
  'token.revoke': command({
    summary: 'Make a token worthless.',
    role: 'admin',
    input: z.strictObject({ tokenId: id }),
    output: empty,
  }),
};
