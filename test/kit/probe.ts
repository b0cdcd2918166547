import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import type { Policy, Report } from '@aerie/contract';
import { LineClient } from './line-client.ts';
import type { Nester } from './nester.ts';
import type { Person } from './people.ts';

const version = '0.1.0';

/** Makes a site with a policy for tests: short heartbeats, so that silence is noticed within seconds. */
export async function newSite(admin: Person, code: string, policy: Partial<Omit<Policy, 'version'>> = {}): Promise<string> {
  const { siteId } = await admin.http.call('site.create', { code, name: `Site ${code}` });
  await admin.http.call('site.setPolicy', { siteId, policy: { heartbeatMs: 1_000, ...policy } });
  return siteId;
}

/** A probe that scans nothing: it speaks the protocol and reports what a test says. */
export class SimulatedProbe {
  readonly probeId: string;
  readonly #nester: Nester;
  readonly #name: string;
  readonly #key: KeyObject;
  #line: LineClient | undefined;
  #beat: NodeJS.Timeout | undefined;

  private constructor(nester: Nester, probeId: string, name: string, key: KeyObject) {
    this.#nester = nester;
    this.probeId = probeId;
    this.#name = name;
    this.#key = key;
  }

  static async enrol(nester: Nester, admin: Person, siteId: string, name: string): Promise<SimulatedProbe> {
    const { code } = await admin.http.call('probe.code', { siteId });
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ format: 'jwk' }).x as string;
    const { probeId } = await nester.http().call('probe.enrol', { code, publicKey: raw, name, version });
    return new SimulatedProbe(nester, probeId, name, privateKey);
  }

  /** Connects and beats from then on. */
  async connect(): Promise<void> {
    const line = await LineClient.connect(this.#nester.tcp);
    this.#line = line;
    const { challenge } = await line.ask('probe.challenge', {});
    const signature = this.#sign(`aerie-probe-connect:${challenge}`);
    const { policy } = await line.ask('probe.connect', { probeId: this.probeId, signature, name: this.#name, version, networks: [] });
    const beat = () => line.ask('probe.heartbeat', { at: Date.now(), policyVersion: policy.version, spoolDepth: 0, scanning: false });
    await beat();
    // A beat into a dead line is lost, as in life.
    this.#beat = setInterval(() => void beat().catch(() => {}), policy.heartbeatMs);
  }

  /** Falls silent, as if its machine had lost its power. */
  async vanish(): Promise<void> {
    clearInterval(this.#beat);
    await this.#line?.close();
  }

  report(fields: Partial<Report> = {}): Report {
    const now = Date.now();
    return {
      v: 1,
      reportId: randomUUID(),
      probeId: this.probeId,
      version,
      scanner: 'tcp',
      startedAt: now - 1_000,
      finishedAt: now,
      targets: ['127.0.0.1/32'],
      ports: '22,80',
      machine: { name: this.#name, addresses: ['127.0.0.1'] },
      hosts: [],
      wan: [],
      missing: [],
      ...fields,
    };
  }

  /** Sends a report, signed; answers what Nester said. Rejects when the line is lost before the answer. */
  async send(report: Report): Promise<{ status: number; accepted: boolean | undefined }> {
    const body = Buffer.from(JSON.stringify(report));
    const time = String(Date.now());
    const digest = createHash('sha256').update(body).digest('hex');
    const response = await fetch(`${this.#nester.httpUrl}/api/probe/reports`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'aerie-probe': this.probeId,
        'aerie-time': time,
        'aerie-signature': this.#sign(`aerie-report:${time}:${digest}`),
      },
      body,
    });
    const answer = (await response.json()) as { accepted?: boolean };
    return { status: response.status, accepted: answer.accepted };
  }

  #sign(text: string): string {
    return sign(null, Buffer.from(text), this.#key).toString('base64url');
  }
}
