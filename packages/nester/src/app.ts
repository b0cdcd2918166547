import { readFileSync } from 'node:fs';
import type net from 'node:net';
import { join } from 'node:path';
import { AppError, atLeast } from '@aerie/contract';
import { commitAct } from './accounts/audit.ts';
import { openAccounts } from './accounts/room.ts';
import { administrationCommands } from './administration/administration.commands.ts';
import { noConnections, type OpenConnections } from './administration/connections.ts';
import { commandsOfServer } from './administration/server.commands.ts';
import { localBus } from './bus/bus.ts';
import { Announcements } from './chat/announcements.ts';
import { requirePost } from './chat/channels.ts';
import { addNotice } from './chat/notice.ts';
import { followAccount, openChat, openRoster } from './chat/room.ts';
import { greetFirst } from './chat/welcome.ts';
import type { Config } from './config.ts';
import { openDiagnostics } from './diagnostics/room.ts';
import { openAdminPort } from './doors/admin-port.ts';
import { adminPortToken } from './doors/admin-port-token.ts';
import { ClasscordTalk } from './doors/classcord/talk.ts';
import { ClasscordVoice } from './doors/classcord/voice.ts';
import { Dispatch } from './doors/dispatch.ts';
import { Fanout } from './doors/fanout.ts';
import { httpDoor, rawServer } from './doors/http/server.ts';
import { Hub } from './doors/hub.ts';
import { localServer } from './doors/local.ts';
import { type LineDoorParts, tcpServer } from './doors/tcp.ts';
import { WebSocketDoor } from './doors/ws.ts';
import { requireUser } from './errors.ts';
import { openGuests } from './guests/room.ts';
import { openImports } from './imports/imports.commands.ts';
import { type Incidents, openIncidents } from './incidents/room.ts';
import { Clockwork } from './jobs/clockwork.ts';
import { pruneLog } from './jobs/log-pruning.ts';
import type { Log } from './log.ts';
import { openModeration, openSanctions } from './moderation/room.ts';
import { channelMessages } from './notify/channel-message.ts';
import { Outbox } from './notify/outbox.ts';
import { certificatePin } from './self-signed.ts';
import { openSites, type Sites } from './sites/room.ts';
import { Committer } from './store/commit.ts';
import { lockFolder } from './store/folder-lock.ts';
import { readHead } from './store/log.ts';
import { openStore } from './store/store.ts';
import { troubleOf } from './store/trouble.ts';
import type { Topic, Unit } from './store/unit.ts';
import { readVersion } from './version.ts';

/**
 * Opens the store and the rooms in it. The composition root: the only place that knows every room.
 * @throws when another Nester uses the folder, or the store cannot be opened
 */
export async function openHouse(config: Config, log: Log, now: () => number = Date.now, stop: () => void = () => undefined) {
  const unlock = await lockFolder(config.data);
  const onFault = (error: unknown) => {
    if (error instanceof AppError && error.code === 'storage_failed')
      log.error('STORE', 'A commit failed', { reason: error.cause instanceof Error ? error.cause.message : error.message });
    else log.error('SYSTEM', 'A listener failed', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  };
  const store = await openStore({ folder: config.data, databaseUrl: config.databaseUrl });
  const committer = new Committer(store, (await readHead(store.read)).seq, now, onFault);
  const bus = localBus(onFault);
  let publicUrl = config.publicUrl ?? urlOf(config, config.http);
  const roster = await openRoster(store, committer, now);
  const accounts = await openAccounts({
    store,
    committer,
    bus,
    config,
    log,
    now,
    version: readVersion().version,
    effects: [
      (unit, change) => followAccount(unit, store, roster, change),
      (unit, { before, language }) => {
        if (!before && language) greetFirst(unit, { roster, bot, language, now: now() });
      },
    ],
    bannedBecause: (userId, until) => sanctions.because('ban', userId, until),
    publicUrl: () => publicUrl,
  });
  const sanctions = await openSanctions(store, now(), userId => accounts.directory.byId(userId));
  const bot = await accounts.bot('aerie');
  const announcements = new Announcements({ store, committer, roster, now });
  const watch = await accounts.bot('watch');
  const outbox = new Outbox({
    store,
    committer,
    log,
    now,
    incident: incidentId => incidents.incident(incidentId),
    tell: channelMessages(announcements, {
      bot: watch,
      channel: 'supervision',
      language: 'fr',
    }),
  });
  // Sites observe and incidents name sites: each asks the other only when there is something to tell.
  const site = (siteId: string) => sites.site(siteId);
  const incidents: Incidents = await openIncidents({ store, committer, log, now, site, wake: () => outbox.wake() });
  const sites: Sites = await openSites({
    store,
    committer,
    bus,
    log,
    now,
    publicUrl: () => publicUrl,
    pin: () => (config.httpTls && config.tlsCert ? certificatePin(readFileSync(config.tlsCert, 'utf8')) : undefined),
    observe: (unit, observation) => incidents.observe(unit, observation),
    openIncidents: siteId => incidents.openCount(siteId),
  });
  const diagnostics = await openDiagnostics({
    store,
    committer,
    bus,
    log,
    now,
    probe: probeId => sites.probe(probeId),
    requireVoice(actor, channelId) {
      const { userId, role } = requireUser(actor);
      requirePost(roster.channelOf(userId, channelId), role);
      sanctions.requireVoice(userId, now());
    },
    say: (channelId, message) => announcements.say(watch, channelId, message),
  });
  const replays = [sites.replay, incidents.replay];
  const guests = openGuests({ bus, committer, config, users: accounts.directory.all() });
  const chat = openChat({ store, committer, bus, people: accounts.directory, voices: sanctions, guests, roster, replays });
  let connections: OpenConnections = noConnections;
  const administration = administrationCommands({
    config,
    connections: () => connections,
    channelName(channelId) {
      const channel = roster.channel(channelId);
      return channel && channel.kind !== 'direct' ? `#${channel.name}` : undefined;
    },
  });
  const imports = openImports({ accounts: accounts.directory, roster, admit: accounts.admit, now });
  const announce = (unit: Unit, content: string) => addNotice(unit, { roster, bot, content, at: now() });
  const moderation = openModeration({
    sanctions,
    accounts: accounts.sanctions,
    bus,
    userById: userId => accounts.directory.byId(userId),
    announce,
  });
  const dispatch = new Dispatch({
    gate: sanctions,
    record: commitAct,
    handlers: {
      ...moderation.commands,
      ...accounts.commands,
      ...chat.commands,
      ...sites.commands,
      ...diagnostics.commands,
      ...incidents.commands,
      ...administration,
      ...imports.commands,
      ...guests.commands,
      ...commandsOfServer({ announce, stop }),
    },
    store,
    committer,
    log,
    now,
  });
  const clockwork = new Clockwork(
    [
      { name: 'silent probes', everyMs: 5_000, run: () => sites.checkSilence() },
      { name: 'outbox', everyMs: 10_000, run: () => outbox.drain() },
      { name: 'outbox pruning', everyMs: 60 * 60_000, run: () => outbox.forget() },
      { name: 'abandoned imports', everyMs: 60_000, run: () => imports.sweep() },
      { name: 'old sweeps', everyMs: 60 * 60_000, run: () => sites.forgetSweeps() },
      { name: 'old diagnostics', everyMs: 60 * 60_000, run: () => diagnostics.forget() },
      { name: 'expired sessions', everyMs: 60 * 60_000, run: () => accounts.sweepSessions() },
      {
        name: 'log pruning',
        everyMs: 60 * 60_000,
        async run() {
          const forgotten = await pruneLog({ store, committer, now });
          if (forgotten > 0) log.info('STORE', 'Old events were forgotten', { events: forgotten });
        },
      },
    ],
    log,
  );
  return {
    store,
    committer,
    bus,
    accounts,
    chat,
    sites,
    incidents,
    clockwork,
    dispatch,
    publicUrl: () => publicUrl,
    /** Who may hear what, by the rights of now. */
    topicsOf(userId: string): Topic[] {
      const role = accounts.directory.byId(userId)?.role;
      return [...roster.topicsOf(userId), ...(role && atLeast(role, 'technician') ? (['sites'] as const) : [])];
    },
    guestTopics(): Topic[] {
      return ['all', ...chat.guestChannelIds().map(id => `channel:${id}` as const)];
    },
    /** Once there are doors: whom administration asks for what is connected. */
    connectedAt(open: OpenConnections) {
      connections = open;
    },
    /** Once the port is known: what links, cookies and probes use. */
    listensAt(http: { host: string; port: number }) {
      publicUrl = config.publicUrl ?? urlOf(config, http);
    },
    async close() {
      await clockwork.stop();
      await accounts.stop();
      await diagnostics.stop();
      await outbox.stop();
      sites.stop();
      await committer.stop();
      chat.stop();
      guests.stop();
      await store.close();
      await unlock();
    },
  };
}

/** What a running Nester tells whoever started it. */
export interface Running {
  http: string;
  tcp: string;
  publicUrl: string;
  setupLink: string | undefined;
}

/** A whole Nester: rooms and doors. */
export interface App {
  start(): Promise<Running>;
  /** Drains: what was taken is committed and answered, every connection is told, then all closes. */
  stop(): Promise<void>;
}

/** @param stopAsked hears of an administrator who wants the program to end */
export function createApp(config: Config, log: Log, now: () => number = Date.now, stopAsked: () => void = () => undefined): App {
  const closers: (() => Promise<void> | void)[] = [];

  async function stop(): Promise<void> {
    for (const close of closers.splice(0).reverse()) await close();
  }

  async function start(): Promise<Running> {
    const house = await openHouse(config, log, now, stopAsked);
    closers.push(() => house.close());
    const { accounts, bus, chat, committer, dispatch, store } = house;
    const names = {
      channel: (channelId: string) => chat.roster.channel(channelId),
      userName: (userId: string) => accounts.directory.byId(userId)?.name,
      hasAccount: (name: string) => accounts.directory.byName(name) !== undefined,
    };
    const voice = new ClasscordVoice(names);
    const fanout = new Fanout(house, voice);
    const hub = new Hub({ fanout, bus, committer, log, limits: config.limits, voice });
    closers.push(() => hub.stop());
    house.connectedAt(hub);

    const tls =
      config.tlsCert && config.tlsKey
        ? { cert: readFileSync(config.tlsCert, 'utf8'), key: readFileSync(config.tlsKey, 'utf8') }
        : undefined;
    const http = await httpDoor({
      config,
      log,
      dispatch,
      now,
      reports: house.sites,
      authenticate: token => accounts.authenticate(token),
      publicUrl: house.publicUrl,
      tls: config.httpTls ? tls : undefined,
      health: async () => {
        try {
          await readHead(store.read);
          return undefined;
        } catch (error) {
          log.error('STORE', 'The store does not answer', { reason: (error as Error).message });
          return troubleOf(error, store.dialect);
        }
      },
    });
    const webSockets = new WebSocketDoor({ dispatch, hub, limits: config.limits, now, judge: http.judge });
    webSockets.attach(rawServer(http.server));
    const lines: LineDoorParts = {
      dispatch,
      hub,
      limits: config.limits,
      now,
      old: connection => new ClasscordTalk(connection, dispatch, names, voice),
    };
    const tcp = tcpServer(lines);
    const tcpTls = config.tcpTls && tls ? tcpServer(lines, tls) : undefined;
    // Sockets that never become connections of ours (idle HTTP, half a TLS handshake) must not use up the open files.
    const most = config.limits.connections + config.limits.pending;
    for (const server of [rawServer(http.server), tcp, tcpTls]) if (server) server.maxConnections = most;

    // Reverse order of closing: doors take nothing new, what was taken is answered, connections are told, then the rest.
    closers.push(async () => {
      const answered = http.stop();
      await hub.closeAll(2_000);
      await hub.empty(3_000);
      webSockets.stop();
      await answered;
    });
    await http.server.listen({ host: config.http.host, port: config.http.port });
    const httpAt = boundTo(rawServer(http.server));
    house.listensAt(httpAt);
    const tcpAt = await listen(tcp, config.tcp, closers);
    const tcpTlsAt = tcpTls && config.tcpTls ? await listen(tcpTls, config.tcpTls, closers) : undefined;
    try {
      closers.push(closer(await localServer(lines, join(config.data, 'nester.sock'))));
    } catch (error) {
      log.warning('START', 'nester.sock cannot be opened: commands of this machine work only while Nester is stopped', {
        reason: (error as Error).message,
      });
    }
    const adminPort =
      config.adminTcp &&
      (await openAdminPort({ dispatch, log, limits: config.limits, now, token: adminPortToken(config.data) }, config.adminTcp));
    if (adminPort) closers.push(adminPort.close);
    const setup = await accounts.setupLink();
    house.clockwork.start();
    log.info('START', 'Nester is ready', {
      http: show(httpAt),
      tcp: show(tcpAt),
      tcpTls: tcpTlsAt && show(tcpTlsAt),
      adminTcp: adminPort && show(adminPort.at),
      database: store.dialect.name,
    });
    return { http: show(httpAt), tcp: show(tcpAt), publicUrl: house.publicUrl(), setupLink: setup?.link };
  }

  return {
    async start() {
      try {
        return await start();
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
  };
}

function urlOf(config: Config, { host, port }: { host: string; port: number }): string {
  const reachable = host === '0.0.0.0' || host === '::' ? (config.reachableAs ?? 'localhost') : host;
  return `${config.httpTls ? 'https' : 'http'}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

async function listen(server: net.Server, { host, port }: { host: string; port: number }, closers: (() => Promise<void> | void)[]) {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 4_096 }, resolve);
  });
  closers.push(closer(server));
  return boundTo(server);
}

function closer(server: net.Server): () => Promise<void> {
  // Not awaited: it ends when the last connection has, and those are closed by the hub.
  return async () => {
    server.close();
  };
}

function boundTo(server: { address(): net.AddressInfo | string | null }): { host: string; port: number } {
  const { address, port } = server.address() as net.AddressInfo;
  return { host: address, port };
}

function show({ host, port }: { host: string; port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
