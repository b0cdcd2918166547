import { readFileSync } from 'node:fs';
import type net from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import type { Config } from './config.ts';
import { openAdminPort } from './doors/admin-port.ts';
import { adminPortToken } from './doors/admin-port-token.ts';
import { ClasscordTalk } from './doors/classcord/talk.ts';
import { ClasscordVoice } from './doors/classcord/voice.ts';
import { Fanout } from './doors/fanout.ts';
import { httpDoor, rawServer } from './doors/http/server.ts';
import { Hub } from './doors/hub.ts';
import { localServer } from './doors/local.ts';
import { type LineDoorParts, tcpServer } from './doors/tcp.ts';
import { WebSocketDoor } from './doors/ws.ts';
import { giveBackMemory } from './give-back.ts';
import { openHouse } from './house.ts';
import type { Log } from './log.ts';
import { readHead } from './store/log.ts';
import { troubleOf } from './store/trouble.ts';

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
  /** Reads the certificate and its key again: from the next connection on, they are shown. */
  readCertificateAgain(): void;
  /** Drains: what was taken is committed and answered, every connection is told, then all closes. */
  stop(): Promise<void>;
}

/** @param stopAsked hears of an administrator who wants the program to end */
export function createApp(config: Config, log: Log, now: () => number = Date.now, stopAsked: () => void = () => undefined): App {
  const closers: (() => Promise<void> | void)[] = [];
  /** What shows a certificate. */
  const secured: tls.Server[] = [];

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

    const pair = certificateOf(config);
    const http = await httpDoor({
      config,
      log,
      dispatch,
      now,
      reports: house.sites,
      tokens: house.tokens,
      metrics: house.metrics,
      installer: house.installer,
      authenticate: token => accounts.authenticate(token),
      publicUrl: house.publicUrl,
      tls: config.httpTls ? pair : undefined,
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
    const tcpTls = config.tcpTls && pair ? tcpServer(lines, pair) : undefined;
    for (const server of [rawServer(http.server), tcpTls]) if (server instanceof tls.Server) secured.push(server);
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
    giveBackMemory();
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
    readCertificateAgain() {
      if (secured.length === 0) return;
      try {
        const pair = certificateOf(config);
        // All of what is kept of one is made anew: the version too must be said again.
        for (const server of secured) server.setSecureContext({ ...pair, minVersion: 'TLSv1.2' });
        log.info('START', 'The certificate was read again');
      } catch (error) {
        log.warning('START', 'The certificate cannot be read again: the one of before is still shown', {
          reason: (error as Error).message,
        });
      }
    },
    stop,
  };
}

function certificateOf({ tlsCert, tlsKey }: Config): { cert: string; key: string } | undefined {
  return tlsCert && tlsKey ? { cert: readFileSync(tlsCert, 'utf8'), key: readFileSync(tlsKey, 'utf8') } : undefined;
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
