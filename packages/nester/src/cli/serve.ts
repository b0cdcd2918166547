import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { sdNotify } from '@aerie/service/sd-notify';
import { createApp, type Running } from '../app.ts';
import { type Config, readConfig } from '../config.ts';
import { isJournal } from '../journal.ts';
import { LineLog } from '../log.ts';
import { reachableAddresses, selfSignedCertificate, selfSignedPaths } from '../self-signed.ts';

/** Listen on the network with a self-signed certificate, and say which links other machines can open. */
const lanSettings = { http: '0.0.0.0:3000', tcp: '0.0.0.0:12345', tcpTls: '0.0.0.0:12346', httpTls: true } as const;

/**
 * Runs Nester until it is told to stop. Prints the ready line on stdout when it accepts work.
 * @param flags settings from the command line
 * @throws ConfigError, or the system's error when a port or the folder cannot be used
 */
export async function serve(
  flags: Parameters<typeof readConfig>[0],
  options: { configFile?: string | undefined; lan: boolean },
): Promise<void> {
  const config = options.lan ? await lanConfig(flags, options.configFile) : readConfig(flags, process.env, options.configFile);
  const log = new LineLog(config.log, Date.now);
  const app = createApp(config, log, Date.now, () => void stop('the administration port'));
  const service = sdNotify(process.env, reason => log.warning('SYSTEM', 'The service manager cannot be told', { reason }));

  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info('STOP', 'Nester stops', { signal });
    service.stopping('Stopping: what was taken is answered, and all who are connected are told');
    await app.stop();
    log.info('STOP', 'Nester has stopped');
    process.exit(0);
  };
  // Of a service it asks for the log to be opened and the certificate to be read again; of a terminal it says that the terminal is gone.
  process.on('SIGHUP', () => {
    if (config.log === undefined && process.stdout.isTTY) return void stop('SIGHUP');
    log.reopen();
    app.readCertificateAgain();
  });
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));

  const running = await app.start();
  // Whoever is told that it is ready, and looks, finds it in the log.
  log.flush();
  process.stdout.write(`ready http=${running.http} tcp=${running.tcp}\n`);
  service.ready(`Ready: http ${running.http}, tcp ${running.tcp}`);
  for (const line of greeting(running, config, options.lan)) process.stdout.write(`${line}\n`);
  // Soon, not at the end: whoever is killed has no end, and is to be back quickly.
  setImmediate(flushCompileCache);
}

/** What a person reads below the ready line. */
function greeting(running: Running, config: Config, lan: boolean): string[] {
  const lines = [`Aerie is at ${running.publicUrl}`];
  if (lan) {
    const port = new URL(running.publicUrl).port;
    const others = reachableAddresses().map(address => `https://${address.includes(':') ? `[${address}]` : address}:${port}`);
    for (const url of others) if (url !== running.publicUrl) lines.push(`        also ${url}`);
    if (config.tlsCert) {
      const { fingerprint256, subject, issuer } = new X509Certificate(readFileSync(config.tlsCert));
      if (subject === issuer)
        lines.push('The certificate is self-signed: the browser warns once, and shows this SHA-256 fingerprint:', `  ${fingerprint256}`);
    }
  }
  // Whoever reads the link may be the administrator, and the journal is read by others too.
  if (running.setupLink && isJournal(1, process.env))
    lines.push('There is no administrator yet. This prints a link that makes one: nester setup-link');
  else if (running.setupLink) lines.push('Open this link within 30 minutes to make the first administrator:', `  ${running.setupLink}`);
  if (config.log) lines.push(`Log: ${config.log}`);
  return lines;
}

async function lanConfig(flags: Parameters<typeof readConfig>[0], configFile: string | undefined): Promise<Config> {
  // What was set by hand stays; only what is left at its default is opened to the network.
  const lan = Object.fromEntries(
    Object.entries(lanSettings).filter(
      ([key]) => process.env[`AERIE_${key.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()}`] === undefined,
    ),
  );
  const { data } = readConfig({ data: flags.data }, { AERIE_DATA: process.env.AERIE_DATA }, undefined);
  const own = flags.tlsCert ?? process.env.AERIE_TLS_CERT;
  if (!own) {
    await selfSignedCertificate(data, Date.now());
    const { certFile, keyFile } = selfSignedPaths(data);
    Object.assign(lan, { tlsCert: certFile, tlsKey: keyFile });
  }
  const config = readConfig({ ...lan, ...flags }, process.env, configFile);
  // Not a public URL: the other addresses of this machine are as good.
  return { ...config, reachableAs: reachableAddresses()[0] ?? 'localhost' };
}
