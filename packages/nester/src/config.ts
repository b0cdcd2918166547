import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import * as z from 'zod';

const hostPort = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[^\s:[\]]+):\d{1,5}$/, 'write HOST:PORT, such as 127.0.0.1:3000')
  .transform(text => {
    const cut = text.lastIndexOf(':');
    return { host: text.slice(0, cut).replace(/^\[|\]$/g, ''), port: Number(text.slice(cut + 1)) };
  })
  .refine(({ port }) => port <= 65_535, 'a port is at most 65535');

const whole = z.coerce.number().int().min(0);
const limitsSchema = z.strictObject({
  /** Live connections in all. */
  connections: whole.default(15_000),
  /** Connections that have not logged in: in all, and from one address (a school may stand behind one). */
  pending: whole.default(2_000),
  pendingPerAddress: whole.default(500),
  /** How long a connection may stay without logging in, and how many bytes it may send until then. */
  pendingSeconds: whole.default(300),
  pendingBytes: whole.default(262_144),
  /** How long a line may stay unfinished. */
  lineSeconds: whole.default(30),
  /** Commands that one connection may send; more are read later, not refused. */
  commandsPerSecond: whole.default(200),
  commandsBurst: whole.default(1_000),
  /** HTTP requests a minute from one address. */
  httpPerMinute: whole.default(3_000),
  /** Failed log-ins for one account from one address in `failureSeconds` before it must wait. */
  failures: whole.min(1).default(5),
  /** Failed log-ins from one address, whatever the account. */
  failuresPerAddress: whole.min(1).default(50),
  failureSeconds: whole.min(1).default(300),
  /** Accounts that strangers make from one address in `failureSeconds`, where registration is open. */
  registrationsPerAddress: whole.min(1).default(60),
  /** Guests in all, and from one address. */
  guests: whole.default(200),
  guestsPerAddress: whole.default(60),
  /** A framed session whose queue overflowed is closed when it has not drained after this. */
  slowSeconds: whole.default(30),
});
export type Limits = z.output<typeof limitsSchema>;

const limitsText = z.preprocess(pairsOf, limitsSchema);

/** `failures=10,connections=5000` as a table; a table stays one. */
function pairsOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const pairs = value.split(',').filter(Boolean);
  return Object.fromEntries(pairs.map(pair => pair.split('=').map(part => part.trim())));
}

/** Hosts that only this machine reaches. */
const loopback = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

const onOff = z.union([z.boolean(), z.enum(['on', 'off']).transform(value => value === 'on')]);

const schema = z.strictObject({
  data: z.string().min(1).default('./data'),
  http: hostPort.prefault('127.0.0.1:3000'),
  tcp: hostPort.prefault('127.0.0.1:12345'),
  tcpTls: hostPort.optional(),
  tlsCert: z.string().optional(),
  tlsKey: z.string().optional(),
  httpTls: onOff.default(false),
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .transform(url => url.replace(/\/+$/, ''))
    .optional(),
  registration: z.enum(['open', 'invite', 'closed']).default('invite'),
  guests: onOff.default(false),
  adminTcp: hostPort
    .refine(({ host }) => loopback.test(host), 'the administration port is for this machine only: write 127.0.0.1:54321')
    .optional(),
  passwordMin: z.coerce.number().int().min(8).max(128).default(12),
  trustProxy: z
    .preprocess(
      value =>
        typeof value === 'string'
          ? value
              .split(',')
              .map(part => part.trim())
              .filter(Boolean)
          : value,
      z.array(z.string()),
    )
    .default([]),
  log: z.string().optional(),
  secretKeyFile: z.string().min(1).optional(),
  databaseUrl: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'write postgres://…')
    .optional(),
  backups: z.string().min(1).optional(),
  backupLateHours: z.coerce.number().int().min(0).max(8_784).default(0),
  backupCopy: z
    .string()
    .regex(/^[A-Za-z0-9_][\w.-]*@[A-Za-z0-9[][\w.:\]-]*:\/?[\w./-]*$/, 'write USER@HOST:FOLDER')
    .optional(),
  limits: limitsText.prefault({}),
});

/** What the program was told, checked and with defaults filled in. */
export type Config = Omit<z.output<typeof schema>, 'backups'> & {
  /** The folder of the backups; a path that names it from the root. */
  backups: string;
  /** Where each setting that is not a default comes from; a limit is `limits.NAME`. */
  sources: Sources;
  /** Where the archives for probes lie, when not beside the programs: not a setting. */
  probeArchives?: string;
  /** What links name when Nester listens on all addresses: found on this machine, not a setting. */
  reachableAs?: string;
};
type Source = 'flag' | 'environment' | 'file';
type Sources = Partial<Record<keyof Settings | `limits.${keyof Limits}`, Source>>;
/** The settings as people write them. */
export type Settings = z.input<typeof schema>;

/** The environment variable of each setting. */
export const environmentNames: Record<keyof Settings, string> = {
  data: 'AERIE_DATA',
  http: 'AERIE_HTTP',
  tcp: 'AERIE_TCP',
  tcpTls: 'AERIE_TCP_TLS',
  tlsCert: 'AERIE_TLS_CERT',
  tlsKey: 'AERIE_TLS_KEY',
  httpTls: 'AERIE_HTTP_TLS',
  publicUrl: 'AERIE_PUBLIC_URL',
  registration: 'AERIE_REGISTRATION',
  guests: 'AERIE_GUESTS',
  adminTcp: 'AERIE_ADMIN_TCP',
  passwordMin: 'AERIE_PASSWORD_MIN',
  trustProxy: 'AERIE_TRUST_PROXY',
  log: 'AERIE_LOG',
  secretKeyFile: 'AERIE_SECRET_KEY_FILE',
  databaseUrl: 'AERIE_DATABASE_URL',
  backups: 'AERIE_BACKUPS',
  backupLateHours: 'AERIE_BACKUP_LATE_HOURS',
  backupCopy: 'AERIE_BACKUP_COPY',
  limits: 'AERIE_LIMITS',
};

/** Says in one line which setting is wrong and why. */
export class ConfigError extends Error {}

/**
 * Reads the settings: flag, then environment, then TOML file, then default.
 * @throws ConfigError with one line that names the setting and the mend.
 */
export function readConfig(flags: Partial<Record<keyof Settings, unknown>>, environment: NodeJS.ProcessEnv, tomlFile?: string): Config {
  const raw: Record<string, unknown> = tomlFile ? readToml(tomlFile) : {};
  const from = new Map<string, Source>(Object.keys(raw).map(key => [key, 'file']));
  for (const [key, name] of Object.entries(environmentNames)) {
    const value = environment[name];
    if (value === undefined || value === '') continue;
    raw[key] = value;
    from.set(key, 'environment');
  }
  for (const [key, value] of Object.entries(flags)) {
    if (value === undefined) continue;
    raw[key] = value;
    from.set(key, 'flag');
  }
  const credential = credentialIn(environment);
  if (credential !== undefined && (from.get('secretKeyFile') ?? 'file') === 'file') {
    raw.secretKeyFile = credential;
    from.set('secretKeyFile', 'environment');
  }
  const result = schema.safeParse(raw);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    const key = String(issue.path[0] ?? (issue.code === 'unrecognized_keys' ? issue.keys[0] : ''));
    const name = environmentNames[key as keyof Settings];
    throw new ConfigError(`The setting ${name ? `${name} (${issue.path.join('.')})` : `"${key}"`} is not right: ${issue.message}.`);
  }
  const config = result.data;
  if (Boolean(config.tlsCert) !== Boolean(config.tlsKey))
    throw new ConfigError('AERIE_TLS_CERT and AERIE_TLS_KEY go together: set both or neither.');
  if ((config.tcpTls || config.httpTls) && !config.tlsCert) {
    throw new ConfigError(
      'AERIE_TCP_TLS and AERIE_HTTP_TLS need a certificate: set AERIE_TLS_CERT and AERIE_TLS_KEY, or start with --lan to have one made.',
    );
  }
  const data = resolve(config.data);
  return { ...config, data, backups: resolve(config.backups ?? join(data, 'backups')), sources: sourcesOf(from, raw.limits) };
}

/**
 * The key as systemd hands it to a service (LoadCredential=), which may not read the file that it comes from. That file's name stands
 * in the configuration, for the commands that root runs while the service is stopped.
 */
function credentialIn({ CREDENTIALS_DIRECTORY }: NodeJS.ProcessEnv): string | undefined {
  const file = CREDENTIALS_DIRECTORY && join(CREDENTIALS_DIRECTORY, 'secret.key');
  return file && existsSync(file) ? file : undefined;
}

/** A limit that was not named is at its default, wherever the others come from. */
function sourcesOf(from: ReadonlyMap<string, Source>, limits: unknown): Sources {
  const sources: Record<string, Source> = Object.fromEntries(from);
  const source = from.get('limits');
  if (source) for (const name of Object.keys(pairsOf(limits) as object)) sources[`limits.${name}`] = source;
  return sources;
}

/** `limits.failures` as `failures`, in TOML a table; keys of the file are the names of the settings. */
function readToml(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`The configuration file ${file} cannot be read: ${(error as Error).message}.`);
  }
  try {
    return parseToml(text) as Record<string, unknown>;
  } catch (error) {
    throw new ConfigError(`The configuration file ${file} is not TOML: ${(error as Error).message.split('\n')[0]}.`);
  }
}
