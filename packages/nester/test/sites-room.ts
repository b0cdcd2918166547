import {
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { CommandInput, CommandName, CommandOutput, Report } from '@aerie/contract';
import { commitAct } from '../src/accounts/audit.ts';
import { localBus, type Whisper } from '../src/bus/bus.ts';
import type { Actor, Caller, Handlers, ProbeActor } from '../src/context.ts';
import { Dispatch } from '../src/doors/dispatch.ts';
import type { FreshReport, Observation } from '../src/incidents/observation.ts';
import { type Area, type Fields, type Level, logLine } from '../src/log.ts';
import { openSites, type Sites } from '../src/sites/room.ts';
import { Committer } from '../src/store/commit.ts';
import { readHead } from '../src/store/log.ts';
import { openStore, type Store } from '../src/store/store.ts';
import type { CommittedEvent, Unit } from '../src/store/unit.ts';
import type { TestDatabase } from './databases.ts';

/** The sites room over a real store, with a clock that tests set. */
export interface SitesRoom {
  readonly store: Store;
  sites: Sites;
  readonly events: CommittedEvent[];
  readonly whispers: Whisper[];
  readonly revoked: string[];
  readonly replaced: { probeId: string; connectionId: string }[];
  readonly observations: Observation[];
  /** Reports that said how things are now. */
  readonly fresh: FreshReport[];
  /** Sites whose rules were changed. */
  readonly judgedAnew: string[];
  readonly lines: string[];
  now: number;
  pin: string | undefined;
  /** How long a probe may take to answer when another machine comes; for rooms that are opened after it was set. */
  cloneAnswerMs: number;
  /** The next commits fail with this, as a full disk makes them fail. */
  failure: Error | undefined;
  call<K extends CommandName>(
    name: K,
    input: CommandInput<K>,
    options?: { actor?: Actor; connection?: LiveProbe },
  ): Promise<CommandOutput<K>>;
  site(code?: string): Promise<string>;
  probe(siteId: string, name?: string): Promise<TestProbe>;
  /** How many rows there are of everything that a report touches. */
  counts(): Promise<Record<string, number>>;
  /** Closes the room and opens it again on the same store, as after a restart. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** A probe with a key of its own. */
export interface TestProbe {
  probeId: string;
  siteId: string;
  key: KeyObject;
  actor: ProbeActor;
  connect(connection?: LiveProbe, said?: { machine?: string; name?: string }): Promise<LiveProbe>;
  /** Connects as newer probes do; answers the key of its uploads. */
  agree(connection?: LiveProbe): Promise<Buffer>;
  beat(fields?: Partial<CommandInput<'probe.heartbeat'>>, connection?: LiveProbe): Promise<void>;
  /** A report of one host that ended now, changed by `fields`. */
  report(fields?: Partial<Report>): Report;
  /** Signs and sends; with `macKey`, nothing but a MAC. `tamper` changes what is sent after it was signed. */
  send(
    report: Report | Buffer,
    how?: { gzip?: boolean; time?: number; key?: KeyObject; probeId?: string; machine?: string; macKey?: Buffer },
  ): Promise<{ accepted: boolean }>;
}

export interface LiveProbe extends NonNullable<Caller['connection']> {
  actor: ProbeActor | undefined;
  /** What it alone was told. */
  readonly told: Record<string, unknown>[];
}

const local: Actor = { kind: 'local' };

export async function openSitesRoom(database: TestDatabase): Promise<SitesRoom> {
  const store = await openStore(database);
  const lines: string[] = [];
  const write = (level: Level) => (area: Area, sentence: string, fields?: Fields) => {
    lines.push(logLine(0, level, area, sentence, fields).split(' ').slice(1).join(' ').trimEnd());
  };
  const log = { info: write('INFO'), warning: write('WARNING'), error: write('ERROR') };
  const fail = (error: unknown) => {
    throw error;
  };
  const now = () => room.now;
  const committer = new Committer(store, (await readHead(store.read)).seq, now, fail);
  const plainCommit = committer.commit.bind(committer);
  committer.commit = (unit, origin) => {
    if (!room.failure) return plainCommit(unit, origin);
    unit.settle(false);
    return Promise.reject(room.failure);
  };
  const bus = localBus(fail);
  bus.subscribe('whispered', whisper => room.whispers.push(whisper));
  bus.subscribe('probe.revoked', ({ probeId }) => room.revoked.push(probeId));
  bus.subscribe('probe.replaced', message => room.replaced.push(message));
  const open = () =>
    openSites({
      store,
      committer,
      bus,
      log,
      now,
      publicUrl: () => 'https://aerie.example',
      pin: () => room.pin,
      installLine: async () => undefined,
      observe: (_unit: Unit, ...observations) => room.observations.push(...observations),
      cloneAnswerMs: room.cloneAnswerMs,
      reported: (_unit: Unit, report) => room.fresh.push(report),
      rulesChanged: async siteId => void room.judgedAnew.push(siteId),
      isTellable: channelId => channelId === 'ops',
      maintenance: () => [],
      standing: () => ({ openIncidents: 0, worst: null, maintenanceUntil: null }),
    });
  const dispatchOf = (sites: Sites) =>
    new Dispatch({ gate: { banOf: () => undefined }, record: commitAct, handlers: sites.commands as Handlers, store, committer, log, now });
  const room: SitesRoom = {
    store,
    sites: undefined as unknown as Sites,
    events: [],
    whispers: [],
    revoked: [],
    replaced: [],
    observations: [],
    fresh: [],
    judgedAnew: [],
    lines,
    now: Date.UTC(2026, 10, 21, 8),
    pin: undefined,
    cloneAnswerMs: 60_000,
    failure: undefined,
    call(name, input, { actor = local, connection } = {}) {
      const caller: Caller = { door: actor.kind === 'local' ? 'local' : 'ws', address: '192.0.2.7', agent: 'test', connection };
      return dispatch.call(actor, caller, name, input) as Promise<never>;
    },
    async site(code = 'KC') {
      return (await room.call('site.create', { code, name: `Site ${code}` })).siteId;
    },
    async probe(siteId, name = 'box') {
      const { code } = await room.call('probe.code', { siteId });
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      const input = { code, publicKey: publicKey.export({ format: 'jwk' }).x!, name, version: '0.1.0' };
      const { probeId } = await room.call('probe.enrol', input, { actor: { kind: 'anyone' } });
      return probeOf(room, probeId, siteId, privateKey);
    },
    async counts() {
      const counts: Record<string, number> = {};
      for (const table of ['report', 'device', 'device_port', 'wan_sample', 'event'] as const) {
        const { n } = await store.read
          .selectFrom(table)
          .select(eb => eb.fn.countAll<number>().as('n'))
          .executeTakeFirstOrThrow();
        counts[table] = Number(n);
      }
      return counts;
    },
    async restart() {
      room.sites.stop();
      room.sites = await open();
      dispatch = dispatchOf(room.sites);
    },
    async close() {
      room.sites.stop();
      await committer.stop();
      await store.close();
      await database.remove();
    },
  };
  committer.onApplied(events => room.events.push(...events));
  room.sites = await open();
  let dispatch = dispatchOf(room.sites);
  liveBus.set(room, (topic, message) => bus.publish(topic, message));
  return room;
}

/** How a test's connection tells the bus what the hub tells it of a real one. */
const liveBus = new WeakMap<
  SitesRoom,
  (topic: 'probe.connected' | 'probe.disconnected', message: { probeId: string; siteId: string; connectionId: string }) => void
>();

/** A live connection that only remembers whom it acts as. */
export function liveProbe(room: SitesRoom): LiveProbe & { close(): void } {
  const tell = liveBus.get(room)!;
  const connectionId = randomUUID();
  const connection: LiveProbe & { close(): void } = {
    connectionId,
    actor: undefined,
    logIn() {},
    actAsGuest() {},
    logInProbe(actor) {
      connection.actor = actor;
      tell('probe.connected', { ...actor, connectionId });
    },
    tell: (event, body) => connection.told.push({ event, ...body }),
    told: [],
    hold() {},
    release() {},
    letGo() {},
    close() {
      if (connection.actor) tell('probe.disconnected', { ...connection.actor, connectionId });
    },
  };
  return connection;
}

function probeOf(room: SitesRoom, probeId: string, siteId: string, key: KeyObject): TestProbe {
  const actor: ProbeActor = { kind: 'probe', probeId, siteId, name: 'box' };
  const probe: TestProbe = {
    probeId,
    siteId,
    key,
    actor,
    async connect(connection = liveProbe(room), said = {}) {
      const anyone = { actor: { kind: 'anyone' } as const, connection };
      const { challenge } = await room.call('probe.challenge', {}, anyone);
      const signature = sign(null, Buffer.from(`aerie-probe-connect:${challenge}`), key).toString('base64url');
      await room.call(
        'probe.connect',
        { probeId, signature, name: 'box', version: '0.2.0', networks: ['10.0.0.7/24', 'nonsense'], ...said },
        anyone,
      );
      return connection;
    },
    async agree(connection = liveProbe(room)) {
      const anyone = { actor: { kind: 'anyone' } as const, connection };
      const { challenge, agree: theirs } = await room.call('probe.challenge', {}, anyone);
      const own = generateKeyPairSync('x25519');
      const agree = own.publicKey.export({ format: 'jwk' }).x!;
      const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: theirs! }, format: 'jwk' });
      const signature = sign(null, Buffer.from(`aerie-probe-connect:${challenge}:${agree}`), key).toString('base64url');
      await room.call('probe.connect', { probeId, signature, name: 'box', version: '0.2.0', networks: [], agree }, anyone);
      const shared = diffieHellman({ privateKey: own.privateKey, publicKey });
      return Buffer.from(hkdfSync('sha256', shared, challenge, `aerie-report-key:${probeId}:${theirs}:${agree}`, 32));
    },
    async beat(fields = {}, connection = liveProbe(room)) {
      const input = { at: room.now, policyVersion: 1, spoolDepth: 0, scanning: false, ...fields };
      await room.call('probe.heartbeat', input, { actor, connection });
    },
    report: (fields = {}) => ({
      v: 1,
      reportId: randomUUID(),
      probeId,
      version: '0.2.0',
      scanner: 'nmap',
      startedAt: room.now - 5_000,
      finishedAt: room.now,
      targets: ['10.0.0.0/24'],
      ports: '1-1024',
      machine: { name: 'box', addresses: ['10.0.0.7'] },
      hosts: [host('10.0.0.1')],
      wan: [],
      missing: [],
      ...fields,
    }),
    async send(report, { gzip = false, time = room.now, key: signer = key, probeId: as = probeId, machine, macKey } = {}) {
      const plain = Buffer.isBuffer(report) ? report : Buffer.from(JSON.stringify(report));
      const body = gzip && !Buffer.isBuffer(report) ? gzipSync(plain) : plain;
      const text = `aerie-report:${time}:${createHash('sha256').update(body).digest('hex')}`;
      const signature = sign(null, Buffer.from(text), signer).toString('base64url');
      const mac = macKey && createHmac('sha256', macKey).update(`aerie-report:${time}:`).update(body).digest('base64url');
      const who = macKey ? { signature: '', mac } : { signature };
      return await room.sites.ingest({ probeId: as, time: String(time), ...who, body, gzip, machine });
    },
  };
  return probe;
}

/** A host that is up, with open ports. */
export function host(address: string, fields: Partial<Report['hosts'][number]> = {}, ...open: number[]): Report['hosts'][number] {
  return {
    address,
    hostname: null,
    mac: null,
    vendor: null,
    status: 'up',
    rttMs: 0.4,
    os: null,
    ports: open.map(port => ({ port, protocol: 'tcp', state: 'open', service: null, product: null, version: null })),
    ...fields,
  };
}
