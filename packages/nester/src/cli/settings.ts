import { type Command, Option } from 'commander';
import { type Config, environmentNames, readConfig, type Settings } from '../config.ts';

type Key = keyof Settings;

const flags: Record<Key, { value: string; says: string }> = {
  data: { value: '<folder>', says: 'the folder of data (default: ./data)' },
  http: { value: '<host:port>', says: 'web UI, API, WebSocket (default: 127.0.0.1:3000)' },
  httpTls: { value: '<on|off>', says: 'serve HTTPS with the certificate (default: off)' },
  tcp: { value: '<host:port>', says: 'the Classcord port (default: 127.0.0.1:12345)' },
  tcpTls: { value: '<host:port>', says: 'the same inside TLS (default: off)' },
  tlsCert: { value: '<file>', says: 'certificate, PEM' },
  tlsKey: { value: '<file>', says: 'its key, PEM' },
  publicUrl: { value: '<url>', says: 'what links and cookies use (default: from --http)' },
  registration: { value: '<open|invite|closed>', says: 'who may make an account (default: invite)' },
  guests: { value: '<on|off>', says: 'people without an account may talk on the Classcord port (default: off)' },
  adminTcp: { value: '<host:port>', says: 'the administration port of the old servers, loopback only (default: off)' },
  passwordMin: { value: '<n>', says: 'shortest password (default: 12)' },
  trustProxy: { value: '<addresses>', says: 'whose X-Forwarded-For is believed, with commas' },
  log: { value: '<file>', says: 'the log (default: stderr)' },
  secretKeyFile: { value: '<file>', says: 'the key that seals secrets (default: secret.key in the folder of data)' },
  databaseUrl: { value: '<url>', says: 'postgres://… instead of SQLite in the folder of data' },
  backups: { value: '<folder>', says: 'the folder of the backups (default: backups in the folder of data)' },
  backupLateHours: { value: '<n>', says: 'an incident when the newest backup is older than that (default: 0, never)' },
  backupCopy: { value: '<user@host:folder>', says: 'where a copy of each backup is sent, over SSH' },
  limits: { value: '<name=n,…>', says: 'limits, such as failures=10,connections=5000' },
};

/** The settings that a command needs which only talks to a Nester, or opens its data. */
const usual: readonly Key[] = [
  'data',
  'secretKeyFile',
  'databaseUrl',
  'publicUrl',
  'http',
  'httpTls',
  'passwordMin',
  'log',
  'backups',
  'backupLateHours',
  'backupCopy',
];

/** Gives a command `--config` and a flag for each setting. */
export function withSettings(command: Command, which: 'all' | 'usual'): Command {
  command.optionsGroup('Settings (flag > environment > file > default):');
  command.option('--config <file>', 'a TOML file of settings [AERIE_CONFIG]');
  for (const [key, { value, says }] of Object.entries(flags) as [Key, (typeof flags)[Key]][]) {
    if (which === 'usual' && !usual.includes(key)) continue;
    const name = key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
    command.addOption(new Option(`--${name} ${value}`, `${says} [${environmentNames[key]}]`));
  }
  return command;
}

/** The settings among a command's options. */
export function settingsOf(options: Record<string, unknown>): { flags: Partial<Record<Key, unknown>>; configFile: string | undefined } {
  const given = Object.entries(options).filter(([key]) => Object.hasOwn(flags, key));
  return {
    flags: Object.fromEntries(given),
    configFile: (options.config as string | undefined) ?? (process.env.AERIE_CONFIG || undefined),
  };
}

/** Flag, environment, file and default together. */
export function configOf(options: Record<string, unknown>): Config {
  const { flags: given, configFile } = settingsOf(options);
  return readConfig(given, process.env, configFile);
}
