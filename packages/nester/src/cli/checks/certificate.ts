import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import type { Config } from '../../config.ts';
import { type Finding, forRoot, good, note, wrong } from '../finding.ts';
import type { Layout } from './layout.ts';

const dayMs = 86_400_000;
const connectMs = 3_000;

interface Pair {
  certFile: string;
  keyFile: string;
  /** The host that people's links name; undefined: nobody said. */
  host: string | undefined;
  /** What makes a new one be used. */
  reload: string;
  /** Makes a new one where it signed itself; undefined: nothing of ours does. */
  maker?: string;
  /** Where to look when the files cannot be read. */
  named: string;
}

/** The certificate of Nester's own settings. */
export function checkCertificate(config: Config, now: number): Finding[] {
  if (!config.tlsCert || !config.tlsKey) return [];
  return judge(
    {
      certFile: config.tlsCert,
      keyFile: config.tlsKey,
      host: config.httpTls ? hostOf(config) : undefined,
      reload: 'systemctl reload nester (or start Nester again)',
      named: 'Look at AERIE_TLS_CERT and AERIE_TLS_KEY: two PEM files.',
    },
    now,
  );
}

/** The certificate that nginx serves: the files, and whether they are what is really shown on `port`. */
export async function checkServedCertificate(config: Config, layout: Layout, now: number, port = 443): Promise<Finding[]> {
  const { certificate: certFile, certificateKey: keyFile } = layout;
  if (!existsSync(certFile)) return [];
  const named = `${certFile} and ${keyFile} are to be two PEM files.`;
  const host = hostOf(config);
  // Nester shows the same one on its port for Classcord inside TLS.
  const reload = config.tlsCert === certFile ? 'systemctl reload nginx nester' : 'systemctl reload nginx';
  const maker = join(layout.current, 'deploy/debian/nginx/self-signed');
  const findings = judge({ certFile, keyFile, host, reload, maker, named }, now);
  const shown = await fingerprintShown(port, host);
  if (shown !== undefined && shown !== fingerprintIn(certFile))
    findings.push(wrong(`nginx shows another certificate on ${port} than ${certFile}`, reload));
  return findings;
}

function judge({ certFile, keyFile, host, reload, maker, named }: Pair, now: number): Finding[] {
  let certificate: X509Certificate;
  const findings: Finding[] = [];
  try {
    certificate = new X509Certificate(readFileSync(certFile));
  } catch (error) {
    return [wrong(`The certificate cannot be used: ${(error as Error).message}`, named)];
  }
  try {
    if (!certificate.checkPrivateKey(createPrivateKey(readFileSync(keyFile))))
      return [wrong(`The key ${keyFile} is not that of ${certFile}`, 'Name the files that belong together.')];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES')
      return [wrong(`The key of the certificate cannot be used: ${(error as Error).message}`, named)];
    findings.push(forRoot(keyFile));
  }
  const days = Math.floor((Date.parse(certificate.validTo) - now) / dayMs);
  const says = `The certificate ${certFile} ${days < 0 ? 'ended' : 'ends'} on ${new Date(certificate.validTo).toISOString().slice(0, 10)}`;
  const signedItself = certificate.issuer === certificate.subject;
  const again = maker && signedItself ? `${maker} --renew ${newNames(certificate, host)}, then: ${reload}` : undefined;
  const mend = again ?? `Renew it, then ${reload}: docs/operations/en/certificates.md.`;
  if (days < 0) findings.push(wrong(says, mend));
  else if (Date.parse(certificate.validFrom) > now)
    findings.push(wrong(`The certificate ${certFile} is not valid yet`, 'Look at the clock of this machine.'));
  else findings.push(days < 21 ? note(says, mend) : good(says));
  if (host !== undefined && !isFor(certificate, host))
    findings.push(
      wrong(
        `The certificate ${certFile} is not for ${host}, which links name (AERIE_PUBLIC_URL); it is for ${namesOf(certificate)}`,
        again ?? `Make one that names it, then ${reload}: docs/operations/en/certificates.md.`,
      ),
    );
  return findings;
}

function hostOf({ publicUrl }: Config): string | undefined {
  return publicUrl?.startsWith('https:') ? new URL(publicUrl).hostname.replace(/^\[|\]$/g, '') : undefined;
}

function isFor(certificate: X509Certificate, host: string): boolean {
  return (net.isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
}

function namesOf({ subjectAltName, subject }: X509Certificate): string {
  return (subjectAltName ?? subject ?? 'nobody').replaceAll(/(DNS|IP Address):/g, '').slice(0, 200);
}

/** What a new one is to be for: the host that links name, and all that the present one is for. */
function newNames({ subjectAltName }: X509Certificate, host: string | undefined): string {
  const present = (subjectAltName ?? '').split(', ').map(entry => entry.replace(/^(DNS|IP Address):/, ''));
  const names = new Set([host ?? 'NAME', ...present.filter(name => /^[\w.:-]+$/.test(name))]);
  return [...names].slice(0, 20).join(' ');
}

function fingerprintIn(file: string): string | undefined {
  try {
    return new X509Certificate(readFileSync(file)).fingerprint256;
  } catch {
    return undefined;
  }
}

/** The fingerprint of what is shown on a port of this machine; undefined when nothing answers there. */
function fingerprintShown(port: number, host: string | undefined): Promise<string | undefined> {
  return new Promise(resolve => {
    const servername = host !== undefined && net.isIP(host) === 0 ? { servername: host } : {};
    // Whether it is to be trusted is judged from the files; here it only matters which one it is.
    const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false, timeout: connectMs, ...servername });
    const end = (shown: string | undefined) => {
      socket.destroy();
      resolve(shown);
    };
    socket
      .once('secureConnect', () => end(socket.getPeerX509Certificate()?.fingerprint256))
      .once('error', () => end(undefined))
      .once('timeout', () => end(undefined));
  });
}
