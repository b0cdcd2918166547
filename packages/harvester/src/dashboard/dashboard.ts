import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DashboardNews, DashboardSession, DashboardStatus } from '@aerie/contract/dashboard';
import { AppError } from '@aerie/contract/errors';
import { thisMachine } from '../discover/machine.ts';
import { Failure } from '../failure.ts';
import type { Identity } from '../identity.ts';
import type { Log } from '../log.ts';
import type { RunningStatus } from '../status.ts';
import { addressText, isLoopbackHost, isOwnHost, type ListenAddress } from './address.ts';
import { cookieOf, readBody, requireOwnPage, secure, sendError, sendJson } from './answer.ts';
import { Archive } from './archive.ts';
import { Entrance } from './entrance.ts';
import { NewsStream } from './news-stream.ts';
import { sendPage } from './pages.ts';
import { type KeptPassword, readPassword } from './password.ts';

const mostConnections = 128;
const mostListed = 500;

/** The probe behind the dashboard. */
export interface ProbeAtWork {
  status(): RunningStatus;
  /** @returns false when a scan runs already */
  scanNow(): boolean;
  watch(watcher: () => void): () => void;
}

interface DashboardParts {
  readonly folder: string;
  readonly listen: ListenAddress;
  readonly password: KeptPassword | undefined;
  readonly probe: ProbeAtWork;
  /** As it is now: a cloned machine becomes a probe of its own while it runs. */
  identity(): Identity;
  readonly nesterUrl: string;
  readonly version: DashboardStatus['version'];
  readonly log: Log;
  now?: () => number;
  /** Where the built pages are; the repository's own when absent. */
  readonly pages?: string;
}

interface Asked {
  path: string;
  request: IncomingMessage;
  response: ServerResponse;
}

/**
 * The password that holds for an address: none is needed where only this machine can come.
 * @throws Failure when one is needed and none was set
 */
export function passwordFor(folder: string, listen: ListenAddress): KeptPassword | undefined {
  const password = readPassword(folder);
  if (password || isLoopbackHost(listen.host)) return password;
  throw new Failure(
    `The dashboard would be open to everybody on ${addressText(listen)}. Set a password first: npx harvester password. Or leave it to this machine: HARVESTER_HTTP=127.0.0.1:5000.`,
  );
}

/** A probe's own pages and their API: what is known at the site, also while Nester is out of reach. */
export class Dashboard {
  readonly #parts: DashboardParts;
  readonly #archive: Archive;
  readonly #entrance: Entrance;
  readonly #stream: NewsStream;
  readonly #server: http.Server;
  readonly #now: () => number;
  #latest: string | null = null;
  #unwatch = () => {};

  constructor(parts: DashboardParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
    this.#archive = new Archive(parts.folder);
    this.#entrance = new Entrance({ password: parts.password, log: parts.log, now: this.#now });
    this.#stream = new NewsStream(() => this.#news());
    this.#server = http.createServer((request, response) => void this.#answer(request, response));
    this.#server.maxConnections = mostConnections;
    this.#server.requestTimeout = 15_000;
    this.#server.headersTimeout = 10_000;
  }

  /** @returns the address, such as `127.0.0.1:5000`. @throws when it is taken */
  async start(): Promise<string> {
    const { listen, probe } = this.#parts;
    this.#server.listen(listen.port, listen.host);
    await once(this.#server, 'listening');
    this.#unwatch = probe.watch(() => void this.#changed());
    return addressText({ host: listen.host, port: (this.#server.address() as AddressInfo).port });
  }

  async stop(): Promise<void> {
    this.#unwatch();
    this.#stream.close();
    const closed = new Promise(done => this.#server.close(done));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    secure(response);
    // Only the path counts; what else a request line may hold is no address of ours.
    const path = /^\/[^?#]*/.exec(request.url ?? '')?.[0] ?? '';
    try {
      if (!isOwnHost(request.headers.host, this.#parts.listen.host)) throw new AppError('wrong_origin');
      if (request.method === 'GET' || request.method === 'HEAD') await this.#read({ path, request, response });
      else if (request.method === 'POST') await this.#act({ path, request, response });
      else throw new AppError('not_found', { thing: 'method' });
    } catch (error) {
      this.#fail(response, error);
    }
    // What a body still sends is not read: the connection ends instead.
    if (request.method === 'POST' && !request.complete) response.once('finish', () => request.destroy());
  }

  async #read({ path, request, response }: Asked): Promise<void> {
    if (!path.startsWith('/api/')) return sendPage(path, request, response, this.#parts.pages);
    const inside = this.#entrance.isInside(this.#keyOf(request));
    if (path === '/api/session') return sendJson(response, 200, this.#session(inside));
    if (!inside) throw new AppError('not_logged_in');
    if (path === '/api/events') {
      await this.#findLatest();
      return this.#stream.open(response);
    }
    const [, file] = /^\/api\/reports\/([\w-]+\.json)\/file$/.exec(path) ?? [];
    if (file !== undefined) return await this.#sendFile(file, response);
    const value = await this.#value(path);
    if (value === undefined) throw new AppError('not_found', { thing: 'page' });
    sendJson(response, 200, value);
  }

  async #value(path: string): Promise<unknown> {
    switch (path) {
      case '/api/status':
        return await this.#status();
      case '/api/reports':
        return { reports: (await this.#archive.list()).slice(0, mostListed) };
      case '/api/devices': {
        const { devices, since } = await this.#archive.devices();
        return { devices, since };
      }
      case '/api/changes':
        return { comparisons: await this.#archive.changes() };
      case '/api/wan':
        return await this.#archive.wan(this.#now());
    }
    const [, name] = /^\/api\/reports\/([\w-]+\.json)$/.exec(path) ?? [];
    return name === undefined ? undefined : await this.#archive.read(name);
  }

  async #sendFile(name: string, response: ServerResponse): Promise<void> {
    const bytes = await this.#archive.file(name);
    if (!bytes) throw new AppError('not_found', { thing: 'report' });
    const saved = { 'content-type': 'application/json', 'content-disposition': `attachment; filename="${name}"` };
    response.writeHead(200, { ...saved, 'content-length': bytes.length }).end(bytes);
  }

  async #act({ path, request, response }: Asked): Promise<void> {
    requireOwnPage(request, this.#entrance.token);
    const body = await readBody(request);
    if (path === '/api/log-in') {
      const key = await this.#entrance.logIn(String(body.password ?? ''), request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '');
      response.setHeader('set-cookie', `${this.#cookie}=${key}; Path=/; HttpOnly; SameSite=Strict`);
      return sendJson(response, 200, this.#session(true));
    }
    if (!this.#entrance.isInside(this.#keyOf(request))) throw new AppError('not_logged_in');
    if (path === '/api/scan') {
      const begun = this.#parts.probe.scanNow();
      // At once, before the scan can be over: whoever asked waits to see it run.
      this.#stream.tellNow();
      return sendJson(response, 202, { begun });
    }
    if (path === '/api/log-out') {
      this.#entrance.logOut(this.#keyOf(request));
      response.setHeader('set-cookie', `${this.#cookie}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`);
      return sendJson(response, 200, this.#session(false));
    }
    throw new AppError('not_found', { thing: 'command' });
  }

  #session(inside: boolean): DashboardSession {
    return { needsPassword: !inside, asksPassword: this.#entrance.asksPassword, token: this.#entrance.token };
  }

  async #status(): Promise<DashboardStatus> {
    const { nesterUrl, probe, version } = this.#parts;
    const identity = this.#parts.identity();
    const { full, any, missing } = await this.#archive.newest();
    const { count } = await this.#archive.devices();
    const { meanMs } = await this.#archive.wan(this.#now());
    const status = probe.status();
    return {
      now: this.#now(),
      machine: thisMachine(),
      site: { code: identity.siteCode, name: identity.siteName },
      probeId: identity.probeId,
      version,
      nester: { url: nesterUrl, link: status.link },
      clone: status.clone,
      spoolDepth: status.spoolDepth,
      policy: status.policy,
      refusedPolicy: status.refusedPolicy,
      unwritten: status.unwritten,
      dropped: status.dropped,
      clockSkewMs: status.clockSkewMs,
      scanning: status.scanning,
      scan: status.scan,
      lastScan: full,
      lastReport: any,
      missing,
      devices: count,
      wanMeanMs: meanMs,
    };
  }

  /** While a scan goes on there is no new report, and while nobody looks it need not be known. */
  async #changed(): Promise<void> {
    if (!this.#stream.isHeard) return;
    if (this.#parts.probe.status().scan === null) await this.#findLatest();
    this.#stream.changed();
  }

  /** Found ahead of the news, so that these need not wait for the disk. */
  async #findLatest(): Promise<void> {
    this.#latest = (await this.#archive.newest()).any?.name ?? null;
  }

  #news(): DashboardNews {
    const { link, scanning, scan, spoolDepth, policy } = this.#parts.probe.status();
    return { link, scanning, scan, spoolDepth, latest: this.#latest, policyVersion: policy.version };
  }

  /** Cookies know no ports: two dashboards of one machine each have their own. */
  get #cookie(): string {
    return `aerie-probe-${(this.#server.address() as AddressInfo | null)?.port ?? 0}`;
  }

  #keyOf(request: IncomingMessage): string | undefined {
    return cookieOf(request, this.#cookie);
  }

  #fail(response: ServerResponse, error: unknown): void {
    if (response.headersSent) response.destroy();
    else if (error instanceof AppError) sendError(response, error);
    else {
      this.#parts.log.error('START', 'The dashboard could not answer', { reason: (error as Error).message });
      sendError(response, new AppError('internal', { ref: new Date(this.#now()).toISOString() }));
    }
  }
}
