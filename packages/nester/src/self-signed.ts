import { createHash, X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import type { Config } from './config.ts';

const dayMs = 86_400_000;

/** This machine's own addresses that others can reach, IPv4 first. */
export function reachableAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap(list => list ?? []);
  return all
    .filter(one => !one.internal && !one.address.startsWith('fe80:'))
    .sort((a, b) => a.family.localeCompare(b.family))
    .map(one => one.address);
}

/** Where the self-signed certificate and its key stand. */
export function selfSignedPaths(folder: string): { certFile: string; keyFile: string } {
  return { certFile: join(folder, 'tls', 'self-signed.crt'), keyFile: join(folder, 'tls', 'self-signed.key') };
}

/**
 * A certificate for this machine's names and addresses, kept in `folder/tls`; made anew when it does not name all of them
 * or ends within 30 days.
 */
export async function selfSignedCertificate(folder: string, now: number): Promise<void> {
  const { certFile, keyFile } = selfSignedPaths(folder);
  const addresses = ['127.0.0.1', '::1', ...reachableAddresses()];
  if (existsSync(certFile) && existsSync(keyFile)) {
    const cert = readFileSync(certFile, 'utf8');
    const parsed = new X509Certificate(cert);
    const fits = addresses.every(address => parsed.checkIP(address) !== undefined) && Date.parse(parsed.validTo) - now > 30 * dayMs;
    if (fits) return;
  }
  const names = [...new Set(['localhost', hostname()])];
  // Loaded when it is needed: most servers never make a certificate, and its libraries take megabytes.
  const { generate } = await import('selfsigned');
  const made = await generate([{ name: 'commonName', value: hostname() }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - dayMs),
    notAfterDate: new Date(now + 825 * dayMs),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [...names.map(value => ({ type: 2 as const, value })), ...addresses.map(ip => ({ type: 7 as const, ip }))],
      },
    ],
  });
  mkdirSync(dirname(certFile), { recursive: true, mode: 0o700 });
  writeFileSync(keyFile, made.private, { mode: 0o600 });
  chmodSync(keyFile, 0o600);
  writeFileSync(certFile, made.cert);
}

/** SHA-256 of a certificate that signed itself, base64url, by which a probe knows it again; undefined for one that others vouch for. */
export function certificatePin(pem: string): string | undefined {
  const certificate = new X509Certificate(pem);
  // Not `checkIssued`: of one that may sign nothing but handshakes, as ours, that says no.
  const isSelfSigned = certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey);
  return isSelfSigned ? createHash('sha256').update(certificate.raw).digest('base64url') : undefined;
}

/**
 * The pin of what is shown at the public address, where that is known here: by Nester itself, or by a web server of this machine
 * that has the same certificate. Read each time, since it may have been renewed.
 */
export function shownPin(config: Pick<Config, 'httpTls' | 'tlsCert' | 'trustProxy'>, publicUrl: string): string | undefined {
  const { httpTls, tlsCert, trustProxy } = config;
  if (!tlsCert) return undefined;
  if (httpTls) return certificatePin(readFileSync(tlsCert, 'utf8'));
  const { protocol, hostname: name } = new URL(publicUrl);
  if (protocol !== 'https:' || !trustProxy.some(address => /^(127\.|::1$)/.test(address))) return undefined;
  const pem = readFileSync(tlsCert, 'utf8');
  const certificate = new X509Certificate(pem);
  const host = name.replace(/^\[|\]$/g, '');
  // One for another name is for Nester's other ports: at the public address another one is shown.
  const isForIt = isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host);
  return isForIt === undefined ? undefined : certificatePin(pem);
}
