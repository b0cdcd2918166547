import { AppError, atLeast, centre, firstIncidentRules } from '@aerie/contract';
import { commitAct } from './accounts/audit.ts';
import { openAccounts } from './accounts/room.ts';
import { administrationCommands } from './administration/administration.commands.ts';
import { noConnections, type OpenConnections } from './administration/connections.ts';
import { commandsOfServer } from './administration/server.commands.ts';
import { finishRestore } from './backups/replacing.ts';
import { openBackups } from './backups/room.ts';
import { localBus } from './bus/bus.ts';
import { Announcements } from './chat/announcements.ts';
import { requirePost } from './chat/channels.ts';
import { addNotice } from './chat/notice.ts';
import { followAccount, openChat, openRoster } from './chat/room.ts';
import { greetFirst } from './chat/welcome.ts';
import type { Config } from './config.ts';
import { openDiagnostics } from './diagnostics/room.ts';
import { Dispatch } from './doors/dispatch.ts';
import { requireUser } from './errors.ts';
import { openGuests } from './guests/room.ts';
import { openImports } from './imports/imports.commands.ts';
import { type Incidents, openIncidents } from './incidents/room.ts';
import { openInstaller } from './installer/installer.ts';
import { openIntake } from './intake/room.ts';
import { Clockwork } from './jobs/clockwork.ts';
import { pruneLog } from './jobs/log-pruning.ts';
import type { Log } from './log.ts';
import { openMaintenance } from './maintenance/room.ts';
import { openMetrics } from './metrics/metrics.ts';
import { openModeration, openSanctions } from './moderation/room.ts';
import { openNotify } from './notify/room.ts';
import { keyFileOf } from './secrets/key-file.ts';
import { openSecrets } from './secrets/room.ts';
import { shownPin } from './self-signed.ts';
import { openSeries } from './series/room.ts';
import { openSites, type Sites } from './sites/room.ts';
import { Committer } from './store/commit.ts';
import { lockFolder } from './store/folder-lock.ts';
import { readHead } from './store/log.ts';
import { openStore } from './store/store.ts';
import type { Topic, Unit } from './store/unit.ts';
import { openTokens } from './tokens/room.ts';
import { readVersion } from './version.ts';

/**
 * Opens the store and the rooms in it. The composition root: the only place that knows every room.
 * @throws when another Nester uses the folder, or the store cannot be opened
 */
export async function openHouse(config: Config, log: Log, now: () => number = Date.now, stop: () => void = () => undefined) {
  const unlock = await lockFolder(config.data);
  const restored = await finishRestore(config);
  if (restored !== undefined) log.warning('BACKUP', 'A restore that was cut off was finished', { backup: restored });
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
  // Sites observe and incidents name sites: each asks the other only when there is something to tell.
  const site = (siteId: string) => sites.site(siteId);
  const place = (siteId: string) => (siteId === centre.siteId ? centre : site(siteId));
  const secrets = await openSecrets({ store, file: keyFileOf(config), log });
  const notify = await openNotify({
    store,
    committer,
    bus,
    log,
    now,
    secrets,
    announcements,
    bot: watch,
    publicUrl: () => publicUrl,
    site,
    incident: incidentId => incidents.incident(incidentId),
  });
  const maintenance = await openMaintenance({
    store,
    bus,
    now,
    zone: siteId => sites.site(siteId)?.zone,
    siteIds: () => sites.siteIds(),
  });
  const centreRules = { ...firstIncidentRules, 'backup.late': { on: config.backupLateHours > 0, severity: 'warning' as const } };
  const incidents: Incidents = await openIncidents({
    store,
    committer,
    log,
    now,
    sites: {
      site: place,
      rules: siteId => (siteId === centre.siteId ? centreRules : sites.rules(siteId)),
      activeProbes: siteId => sites.activeProbes(siteId),
      inTurn: (siteId, work) => sites.inTurn(siteId, work),
      stageSite: (unit, siteId) => sites.stageSite(unit, siteId),
    },
    telling: notify,
    // Maintenance is announced for sites: it says nothing of Nester itself.
    maintenanceUntil: (siteId, at) => (siteId === centre.siteId ? null : maintenance.until(siteId, at)),
    keeper(userId) {
      const user = accounts.directory.byId(userId);
      return user && !user.disabled && user.kind === 'person' && atLeast(user.role, 'technician') ? user : undefined;
    },
  });
  const pin = () => shownPin(config, publicUrl);
  const installer = openInstaller({ version: readVersion().version, publicUrl: () => publicUrl, pin, folder: config.probeArchives });
  const sites: Sites = await openSites({
    store,
    committer,
    bus,
    log,
    now,
    publicUrl: () => publicUrl,
    pin,
    installLine: code => installer.line(code),
    observe: (unit, ...observations) => incidents.observe(unit, ...observations),
    reported: (unit, report) => incidents.observeReport(unit, report),
    rulesChanged: siteId => incidents.rulesChanged(siteId),
    isTellable(channelId) {
      const channel = roster.channel(channelId);
      return channel !== undefined && channel.kind !== 'direct';
    },
    standing: siteId => ({
      openIncidents: incidents.openCount(siteId),
      worst: incidents.worst(siteId),
      maintenanceUntil: maintenance.until(siteId, now()),
    }),
    maintenance: siteId => maintenance.ofSite(siteId),
  });
  const series = await openSeries({
    store,
    committer,
    now,
    siteIds: () => sites.siteIds(),
    incidentsBetween: (siteId, from, to) => incidents.between(siteId, from, to),
    maintenanceBetween: (siteId, from, to) => maintenance.between(siteId, from, to),
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
    siteCode: siteId => place(siteId)?.code,
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
  const tokens = openTokens({ store, committer, limits: config.limits, log, now });
  const backups = await openBackups({ config, store, committer, log, now, incidents });
  const metrics = openMetrics({
    store,
    committer,
    version: readVersion().version,
    connections: () => connections,
    deliveries: () => notify.counts(),
    backups: () => backups.figures(),
  });
  const intake = await openIntake({ folder: config.data, store, committer, bus, log, now, sites });
  const dispatch = new Dispatch({
    gate: sanctions,
    record: commitAct,
    handlers: {
      ...moderation.commands,
      ...accounts.commands,
      ...chat.commands,
      ...sites.commands,
      ...series.commands,
      ...diagnostics.commands,
      ...incidents.commands,
      ...maintenance.commands,
      ...notify.commands,
      ...secrets.commands,
      ...tokens.commands,
      ...administration,
      ...imports.commands,
      ...intake.commands,
      ...backups.commands,
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
      { name: 'maintenance', everyMs: 5_000, run: () => maintenance.pass() },
      { name: 'incidents', everyMs: 5_000, run: () => incidents.pass() },
      { name: 'backups', everyMs: 30_000, run: () => backups.look() },
      { name: 'outbox', everyMs: 10_000, run: () => notify.drain() },
      { name: 'outbox pruning', everyMs: 60 * 60_000, run: () => notify.forget() },
      { name: 'inbox', everyMs: 30_000, run: () => intake.sweep() },
      { name: 'abandoned imports', everyMs: 60_000, run: () => imports.sweep() },
      { name: 'rollups', everyMs: 30_000, run: () => series.rollUp() },
      { name: 'old samples', everyMs: 60 * 60_000, run: () => series.forget() },
      { name: 'old sweeps', everyMs: 60 * 60_000, run: () => sites.forgetSweeps() },
      { name: 'old history of devices', everyMs: 60 * 60_000, run: () => sites.forgetHistory() },
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
    intake,
    tokens,
    installer,
    metrics,
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
      // A sweep of the inbox that goes on ends with what it has begun.
      await Promise.all([clockwork.stop(), intake.stop()]);
      await accounts.stop();
      await diagnostics.stop();
      await notify.stop();
      sites.stop();
      await committer.stop();
      chat.stop();
      guests.stop();
      await store.close();
      await unlock();
    },
  };
}

function urlOf(config: Config, { host, port }: { host: string; port: number }): string {
  const reachable = host === '0.0.0.0' || host === '::' ? (config.reachableAs ?? 'localhost') : host;
  return `${config.httpTls ? 'https' : 'http'}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
