import { createHash, generateKeyPairSync } from 'node:crypto';
import http from 'node:http';
import { httpCaller } from '@aerie/client';
import { DemoSite } from './devices.ts';
import type { DemoFolder } from './folder.ts';
import { franchises } from './franchises.ts';
import { SimulatedProbe } from './probe.ts';
import { isAway, plays } from './timetable.ts';

/** Where Nester listens. */
export interface Place {
  http: string;
  tcp: string;
}

/** All simulated probes, in this process. */
export class Fleet {
  readonly #probes: SimulatedProbe[] = [];
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  readonly #folder: DemoFolder;
  readonly #place: Place;
  readonly #trouble: (sentence: string) => void;

  constructor(folder: DemoFolder, place: Place, trouble: (sentence: string) => void) {
    this.#folder = folder;
    this.#place = place;
    this.#trouble = trouble;
  }

  /** Starts them; resolves when those that are not away by the story are connected. */
  async start(): Promise<void> {
    const { scene, sites } = this.#folder.state;
    const all = franchises(scene.sites).map((franchise, n) => new DemoSite(scene, n, franchise));
    const there: Promise<void>[] = [];
    for (const [n, seeded] of sites.entries()) {
      const site = all[n]!;
      const isOut = (at: number) => isAway(scene, n, at);
      const identities = [seeded.probe, ...(this.#folder.state.joined[seeded.siteId] ?? [])];
      for (const [i, identity] of identities.entries()) {
        const probe = this.#probe(site, seeded.siteId, identity, i === 0 ? 'first' : `copy-${i}`, isOut);
        if (!isOut(Date.now())) there.push(probe.live);
        probe.start();
      }
    }
    await Promise.all(there);
    const copied = sites.findIndex((seeded, n) => plays(scene, n, 'clone') && !this.#folder.state.joined[seeded.siteId]);
    // The copy comes when the first one is there: it is kept out until somebody separates it.
    if (copied >= 0) this.#probe(all[copied]!, sites[copied]!.siteId, sites[copied]!.probe, 'copy-1', () => false).start();
  }

  stop(): void {
    for (const probe of this.#probes) probe.stop();
    this.#agent.destroy();
  }

  #probe(site: DemoSite, siteId: string, identity: { probeId: string; key: string }, machine: string, isAway: (at: number) => boolean) {
    const name = machine === 'first' ? site.probeName : `${site.probeName}-${machine}`;
    const probe = new SimulatedProbe({
      tcp: addressOf(this.#place.tcp),
      http: addressOf(this.#place.http),
      identity,
      name,
      version: site.probeVersion,
      networks: [site.range],
      machine: createHash('sha256').update(`${site.franchise.code} ${machine}`).digest('hex').slice(0, 32),
      agent: this.#agent,
      report: (at, kind, ids) => site.report(at, kind, ids),
      isAway,
      separated: code => void this.#join(site, siteId, code, name, machine, isAway).catch((error: Error) => this.#trouble(error.message)),
      trouble: this.#trouble,
    });
    this.#probes.push(probe);
    return probe;
  }

  /** The copy gets an identity of its own, with the code that it was told. */
  async #join(site: DemoSite, siteId: string, code: string, name: string, machine: string, isAway: (at: number) => boolean): Promise<void> {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const { probeId } = await httpCaller(`http://${this.#place.http}`).call('probe.enrol', {
      code,
      publicKey: publicKey.export({ format: 'jwk' }).x as string,
      name,
      version: site.probeVersion,
    });
    const identity = { probeId, key: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string };
    const joined = this.#folder.state.joined;
    joined[siteId] = [...(joined[siteId] ?? []), identity];
    this.#folder.save();
    this.#probe(site, siteId, identity, machine, isAway).start();
  }
}

function addressOf(place: string): { host: string; port: number } {
  const cut = place.lastIndexOf(':');
  return { host: place.slice(0, cut), port: Number(place.slice(cut + 1)) };
}
