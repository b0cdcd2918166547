import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import * as z from 'zod';
import { parseListenAddress } from './dashboard/address.ts';

const schema = z.strictObject({
  data: z.string().min(1).default('./harvester-data'),
  nester: z.url({ protocol: /^https?$/, error: 'write http://HOST:PORT or https://HOST:PORT' }).optional(),
  pin: z
    .string()
    .regex(/^[\w-]{43}$/, 'it is the SHA-256 of a certificate, base64url')
    .optional(),
  proxy: z.union([z.literal('off'), z.url({ protocol: /^https?$/ })], { error: 'write http://HOST:PORT, or off' }).optional(),
  spoolDays: z.coerce.number().int().min(1, 'at least 1').max(365, 'at most 365').default(14),
  spoolMebibytes: z.coerce.number().int().min(1, 'at least 1').max(1_048_576, 'at most 1048576').default(1_024),
  http: z
    .string()
    .default('127.0.0.1:5000')
    .transform((text, context) => {
      const address = text === 'off' ? null : parseListenAddress(text);
      if (address === undefined) context.addIssue({ code: 'custom', message: 'write HOST:PORT, such as 127.0.0.1:5000, or off' });
      return address ?? null;
    }),
});

/** What the program was told. */
export type Config = z.output<typeof schema>;

/** The environment variable of each setting. */
const environmentNames: Record<keyof Config, string> = {
  data: 'HARVESTER_DATA',
  nester: 'HARVESTER_NESTER',
  pin: 'HARVESTER_PIN',
  proxy: 'HARVESTER_PROXY',
  spoolDays: 'HARVESTER_SPOOL_DAYS',
  spoolMebibytes: 'HARVESTER_SPOOL_MIB',
  http: 'HARVESTER_HTTP',
};

/** Says in one line which setting is wrong and why. */
export class ConfigError extends Error {}

/**
 * Reads the settings: flag, then environment, then TOML file, then default.
 * @throws ConfigError
 */
export function readConfig(flags: Partial<Record<keyof Config, unknown>>, environment: NodeJS.ProcessEnv, tomlFile?: string): Config {
  const raw: Record<string, unknown> = tomlFile === undefined ? {} : readToml(tomlFile);
  for (const [key, name] of Object.entries(environmentNames)) if (environment[name]) raw[key] = environment[name];
  for (const [key, value] of Object.entries(flags)) if (value !== undefined) raw[key] = value;
  const result = schema.safeParse(raw);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    const key = String(issue.path[0] ?? (issue.code === 'unrecognized_keys' ? issue.keys[0] : ''));
    const name = environmentNames[key as keyof Config];
    throw new ConfigError(`The setting ${name ? `${name} (${key})` : `"${key}"`} is not right: ${issue.message}.`);
  }
  return { ...result.data, data: resolve(result.data.data) };
}

function readToml(file: string): Record<string, unknown> {
  try {
    return parseToml(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new ConfigError(`The configuration file ${file} cannot be read: ${(error as Error).message.split('\n')[0]}.`);
  }
}
