import { execFile } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { connectToNester, type Desk } from '../packages/nester/src/cli/socket.ts';
import { readConfig } from '../packages/nester/src/config.ts';
import { selfSignedPaths } from '../packages/nester/src/self-signed.ts';
import { root } from './runtime.js';

const code = 'THIS-MACHINE';

/** Where the Nester of this machine is, for a Harvester beside it. */
export interface Place {
  url: string;
  /** SHA-256 of its certificate, base64url: beside it no name has to fit. */
  pin: string | undefined;
  /** Its folder, with nester.sock. */
  data: string;
}

/**
 * @param settings of its command line
 * @param http where it listens, as it says
 */
export function nesterFrom(
  settings: { data: unknown; config: string | undefined; lan: boolean; httpTls: unknown; tlsCert: unknown },
  http: string,
): Place {
  const { data, config, lan, httpTls, tlsCert } = settings;
  // Of the settings only these three count here; the certificate's key is Nester's matter.
  const environment = Object.fromEntries(['AERIE_DATA', 'AERIE_HTTP_TLS', 'AERIE_TLS_CERT'].map(name => [name, process.env[name]]));
  const given = { data, httpTls, tlsCert, tlsKey: (tlsCert ?? environment.AERIE_TLS_CERT) ? 'unread' : undefined };
  const read = readConfig(given, environment, config);
  const address = http.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:');
  if (!lan && !read.httpTls) return { url: `http://${address}`, pin: undefined, data: read.data };
  const certificate = new X509Certificate(readFileSync(read.tlsCert ?? selfSignedPaths(read.data).certFile));
  return { url: `https://${address}`, pin: createHash('sha256').update(certificate.raw).digest('base64url'), data: read.data };
}

/**
 * Makes sure that a Harvester for this machine is enrolled: makes the site once, and enrols with a code, through nester.sock.
 * @throws with a sentence that says what is in the way
 */
export async function openThisMachine({ url, pin, data }: Place, say: (line: string) => void): Promise<void> {
  const folder = resolve(process.env.HARVESTER_DATA || './harvester-data');
  const identity = readIdentity(folder);
  // One that a person enrolled elsewhere stays as it is.
  if (identity && identity.siteCode !== code)
    throw new Error(`the probe in ${folder} belongs to the site ${identity.siteCode}. Run it with "harvester run".`);
  const desk = await connectToNester(join(data, 'nester.sock'));
  if (!desk) throw new Error('Nester cannot be reached through its nester.sock.');
  try {
    const siteId = await siteOf(desk);
    if (identity && (await isKnown(desk, siteId, identity.probeId))) return;
    const made = await desk.call('probe.code', { siteId });
    const plain = made.code.split('.')[0]!;
    await enrol(url, pin === undefined ? plain : `${plain}.${pin}`, identity !== undefined);
    say(`enrolled at "${code}"`);
  } finally {
    await desk.close();
  }
}

function readIdentity(folder: string): { probeId: string; siteCode: string } | undefined {
  const file = join(folder, 'identity.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { probeId: string; siteCode: string }) : undefined;
}

async function siteOf(desk: Desk): Promise<string> {
  const { sites } = await desk.call('site.list', {});
  const site = sites.find(one => one.code === code);
  if (site) return site.siteId;
  const isFrench = /^fr/i.test(process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || '');
  return (await desk.call('site.create', { code, name: isFrench ? 'Cette machine' : 'This machine' })).siteId;
}

/** Whether Nester knows the probe, revoked or not: one that an administrator revoked is not let in again behind their back. */
async function isKnown(desk: Desk, siteId: string, probeId: string): Promise<boolean> {
  const { probes } = await desk.call('site.show', { siteId });
  return probes.some(probe => probe.probeId === probeId);
}

async function enrol(url: string, text: string, force: boolean): Promise<void> {
  const args = [join(root, 'packages', 'harvester', 'src', 'main.ts'), 'enrol', url, text, ...(force ? ['--force'] : [])];
  try {
    await promisify(execFile)(process.execPath, args);
  } catch (error) {
    throw new Error(String((error as { stderr?: string }).stderr || (error as Error).message).trim());
  }
}
