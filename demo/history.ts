import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { CommandInput, CommandName, CommandOutput, Role } from '@aerie/contract';
import { readConfig } from '../packages/nester/src/config.ts';
import type { Actor, Caller, LiveConnection } from '../packages/nester/src/context.ts';
import { openHouse } from '../packages/nester/src/house.ts';
import type { Log } from '../packages/nester/src/log.ts';
import { DemoSite } from './devices.ts';
import { franchises } from './franchises.ts';
import type { DemoPerson } from './people.ts';
import type { ProbeKey } from './probe.ts';
import { writeSeries } from './series.ts';
import { type Step, storySteps } from './stories.ts';
import { type cast, isAway, plays, type Scene } from './timetable.ts';

const minute = 60_000;
const day = 86_400_000;
/** So many reports tell the month between the stories. */
const usualReports = 3_840;
const toldMs = 5_000;
/** So many sites are made together: their commits are one. */
const atOnce = 50;

type House = Awaited<ReturnType<typeof openHouse>>;

/** A site with its probe, as the demonstration goes on with it. */
export interface SeededSite {
  code: string;
  siteId: string;
  probe: ProbeKey;
}

/**
 * A Nester without doors whose clock is set by the show: what happened on a day is done on that day, through the product's
 * own commands. So incidents, messages and histories are those that the product makes, and not made up.
 */
export class Past {
  readonly scene: Scene;
  readonly sites: readonly { site: DemoSite; seeded: SeededSite }[];
  readonly #house: House;
  readonly #clock: { at: number };
  readonly #people: ReadonlyMap<string, Actor>;

  constructor(parts: {
    scene: Scene;
    house: House;
    clock: { at: number };
    people: ReadonlyMap<string, Actor>;
    sites: readonly { site: DemoSite; seeded: SeededSite }[];
  }) {
    this.scene = parts.scene;
    this.sites = parts.sites;
    this.#house = parts.house;
    this.#clock = parts.clock;
    this.#people = parts.people;
  }

  /** The site of which a story is told; undefined when it is not told. */
  site(role: keyof typeof cast): { site: DemoSite; seeded: SeededSite } | undefined {
    return this.sites.find((_, n) => plays(this.scene, n, role));
  }

  async as<K extends CommandName>(name: string, command: K, input: CommandInput<K>): Promise<CommandOutput<K>> {
    return await call(this.#house, this.#people.get(name)!, command, input);
  }

  async say(name: string, channel: string, content: string): Promise<void> {
    const { channelId } = this.#house.chat.roster.named(channel)!;
    await this.as(name, 'message.send', { channelId, content });
  }

  /** The newest incident of a site that is not over. */
  async openIncident(siteId: string): Promise<string> {
    const { incidents } = await this.as('claire', 'incident.list', { siteId, state: 'unresolved', limit: 1 });
    if (!incidents[0]) throw new Error(`nothing is wrong at ${siteId} on ${new Date(this.#clock.at).toISOString()}`);
    return incidents[0].incidentId;
  }

  /** The probes of these sites report, signed, as they would by HTTP. */
  async report(kind: 'full' | 'sweep', sites: readonly { site: DemoSite; seeded: SeededSite }[]): Promise<void> {
    const now = this.#clock.at;
    await Promise.all(
      sites.map(async ({ site, seeded }, n) => {
        const { probeId, key } = seeded.probe;
        // No two at the same moment, nor at one that the series have.
        const at = now - 1_000 - (n % 40);
        const body = Buffer.from(JSON.stringify(site.report(at, kind, { reportId: randomUUID(), probeId })));
        const time = String(now);
        const text = `aerie-report:${time}:${createHash('sha256').update(body).digest('hex')}`;
        const signature = sign(null, Buffer.from(text), key).toString('base64url');
        await this.#house.sites.ingest({ probeId, time, signature, body, gzip: false });
      }),
    );
  }

  /** Nester looks who is silent. */
  async lookForSilence(): Promise<void> {
    await this.#house.sites.checkSilence();
  }

  /** Lets it be a later moment: probes that are there beat, time passes for incidents, and what is to be told is told then. */
  async moveTo(at: number): Promise<void> {
    this.#clock.at = Math.max(at, this.#clock.at + 1);
    for (const [n, { site, seeded }] of this.sites.entries()) if (!isAway(this.scene, n, at)) await this.#beat(site, seeded);
    await this.#house.incidents.pass();
  }

  async #beat(site: DemoSite, { siteId, probe: { probeId } }: SeededSite): Promise<void> {
    const actor: Actor = { kind: 'probe', probeId, siteId, name: site.probeName };
    const policyVersion = this.#house.sites.probe(probeId)!.policy.version;
    const said = { at: this.#clock.at, policyVersion, spoolDepth: 0, scanning: false };
    await this.#house.dispatch.call(actor, { ...caller, door: 'tcp', connection: onlyConnection }, 'probe.heartbeat', said);
  }

  /** Waits until all that is to be told has been told. */
  async told(): Promise<void> {
    const until = performance.now() + toldMs;
    for (;;) {
      const { n } = await this.#house.store.read
        .selectFrom('delivery')
        .select(eb => eb.fn.countAll<number>().as('n'))
        .where('state', '=', 'waiting')
        .executeTakeFirstOrThrow();
      if (Number(n) === 0) return;
      if (performance.now() > until) throw new Error('what happened was not told in the channel');
      await wait(2);
    }
  }
}

/** Makes the data folder of a demonstration, from nothing. */
export async function makePast(folder: string, scene: Scene, people: readonly DemoPerson[]): Promise<SeededSite[]> {
  const clock = { at: scene.seededAt - scene.days * day - 10 * minute };
  const house = await openHouse(readConfig({ data: folder }, {}), quietLog, () => clock.at);
  const sites: { site: DemoSite; seeded: SeededSite }[] = [];
  try {
    const actors = new Map<string, Actor>();
    for (const { name, role, language, password } of people) {
      const { userId } = await call(house, local, 'user.create', { name, role, language, password });
      actors.set(name, { kind: 'user', userId, name, role: role as Role, language, sessionId: `demo-${name}`, deviceId: `demo-${name}` });
    }
    const all = franchises(scene.sites).map((franchise, n) => new DemoSite(scene, n, franchise));
    for (let at = 0; at < all.length; at += atOnce)
      sites.push(...(await Promise.all(all.slice(at, at + atOnce).map(site => newSite(house, actors.get('claire')!, site)))));
    const past = new Past({ scene, house, clock, people: actors, sites });
    for (const { at, run } of [...usualSteps(past), ...storySteps(past)].sort((a, b) => a.at - b.at)) {
      await past.moveTo(at);
      await run();
      await past.told();
    }
  } finally {
    await house.close();
  }
  await writeSeries(
    folder,
    scene,
    sites.map(({ site, seeded }) => ({ siteId: seeded.siteId, site })),
  );
  writeInbox(folder, scene.seededAt);
  return sites.map(({ seeded }) => seeded);
}

/** A few whole scans a day, at the same hours everywhere; the last one just before the end. */
function usualSteps(past: Past): Step[] {
  const { seededAt, days, sites } = past.scene;
  const rounds = Math.max(2, Math.min(days * 4, Math.floor(usualReports / sites)));
  const everyMs = (days * day) / rounds;
  const silent = past.site('silent');
  const steps: Step[] = [];
  for (let n = 0; n < rounds; n++) steps.push({ at: seededAt - days * day + n * everyMs, run: () => past.report('full', past.sites) });
  const others = past.sites.filter(one => one !== silent);
  steps.push({ at: seededAt - 5_000, run: () => past.report('full', others) });
  return steps;
}

async function newSite(house: House, admin: Actor, site: DemoSite): Promise<{ site: DemoSite; seeded: SeededSite }> {
  const { code, name, group, zone, latitude, longitude } = site.franchise;
  const { siteId } = await call(house, admin, 'site.create', { code, name, group, zone, latitude, longitude });
  await call(house, admin, 'site.setPolicy', {
    siteId,
    policy: {
      ranges: [site.range],
      scanEveryMs: 5 * minute,
      zone,
      gateway: 'auto',
      providerTargets: [site.target('provider')],
      wanTargets: [site.target('internet')],
    },
  });
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const enrolment = await call(house, admin, 'probe.code', { siteId });
  const { probeId } = await call(house, { kind: 'anyone' }, 'probe.enrol', {
    code: enrolment.code,
    publicKey: publicKey.export({ format: 'jwk' }).x as string,
    name: site.probeName,
    version: site.probeVersion,
  });
  const key = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
  return { site, seeded: { code, siteId, probe: { probeId, key } } };
}

/** Files that somebody dropped: one that nobody can read, and one of a franchise that nobody knows. */
function writeInbox(folder: string, at: number): void {
  const inbox = join(folder, 'inbox');
  mkdirSync(join(inbox, 'KC'), { recursive: true, mode: 0o700 });
  writeFileSync(join(inbox, 'KC', 'releve-imprimantes.json'), '[["10.20.0.31", "HP"], ["10.20.0.32", "Brother"]]\n');
  const hosts = [
    { ip: '10.99.0.1', hostname: 'router.ldn.nfl.example', state: 'up', ports: [{ port: 443, state: 'open', service: 'https' }] },
    { ip: '10.99.0.10', hostname: 'srv-files.ldn.nfl.example', state: 'up', ports: [{ port: 445, state: 'open', service: 'smb' }] },
  ];
  const report = {
    scan_id: 'london-1',
    franchise_id: 'LDN',
    franchise_name: 'London (training camp)',
    timestamp: new Date(at - 3 * 3_600_000).toISOString().slice(0, 19),
    harvester_version: '1.2.0',
    network: '10.99.0.0/24',
    hosts,
    summary: { total_hosts: hosts.length, hosts_up: hosts.length },
    wan_latency_ms: 18.4,
    scan_duration_seconds: 42,
  };
  writeFileSync(join(inbox, 'scan_LDN.json'), `${JSON.stringify(report, undefined, 1)}\n`);
}

const local: Actor = { kind: 'local' };
const caller: Caller = { door: 'local', address: '127.0.0.1', agent: 'demo', connection: undefined };

async function call<K extends CommandName>(house: House, actor: Actor, name: K, input: CommandInput<K>): Promise<CommandOutput<K>> {
  return (await house.dispatch.call(actor, caller, name, input)) as CommandOutput<K>;
}

const nothing = () => undefined;
/** What probes of the past are connected by: they only beat. */
const onlyConnection: LiveConnection = {
  connectionId: 'demo',
  logIn: nothing,
  logInProbe: nothing,
  actAsGuest: nothing,
  tell: nothing,
  hold: nothing,
  release: nothing,
  letGo: nothing,
};

const quietLog: Log = {
  info: () => undefined,
  warning: () => undefined,
  error: (area, sentence, fields) => console.error(`[${area}] ${sentence} ${JSON.stringify(fields ?? {})}`),
};
