import type { Report, ReportedHost, ReportedPort } from '@aerie/contract';
import { chance, choose } from './chance.ts';
import type { Franchise } from './franchises.ts';
import { type Role, roles, SiteLink } from './link.ts';
import { localHour, moments, plays, type Scene } from './timetable.ts';

const day = 86_400_000;
const ports = '22,53,80,135,139,443,445,515,554,631,3389,5000,8000,8080,8443,9100';

type Offer = readonly [port: number, service: string, product: string, version: string];
const ssh: Offer = [22, 'ssh', 'OpenSSH', '9.2p1 Debian 2'];
const print: readonly Offer[] = [
  [80, 'http', 'HP Embedded Web Server', '5.1'],
  [631, 'ipp', 'CUPS', '2.4'],
  [9100, 'jetdirect', 'JetDirect', ''],
];
const windows: readonly Offer[] = [
  [135, 'msrpc', 'Microsoft Windows RPC', ''],
  [445, 'microsoft-ds', 'Windows 11 SMB', ''],
];

/** One of a site's machines that is always the same. */
interface Machine {
  last: number;
  name: string;
  oui: string;
  vendor: string;
  os: string | null;
  services: readonly Offer[];
  /** Laptops go home, tablets sleep. */
  stays: 'always' | 'by day' | 'sometimes';
  randomMac?: true;
}

const machines: readonly Machine[] = [
  {
    last: 1,
    name: 'router',
    oui: '00:1b:54',
    vendor: 'Cisco Systems',
    os: 'Cisco IOS 15.2',
    services: [ssh, [443, 'https', 'Cisco IOS http config', '']],
    stays: 'always',
  },
  {
    last: 2,
    name: 'switch',
    oui: '24:de:c6',
    vendor: 'Aruba Networks',
    os: 'ArubaOS 16',
    services: [ssh, [80, 'http', 'eHTTP', '2.0']],
    stays: 'always',
  },
  {
    last: 3,
    name: 'wifi',
    oui: '24:de:c6',
    vendor: 'Aruba Networks',
    os: 'ArubaOS 8',
    services: [ssh, [443, 'https', 'Aruba AP', '8.10']],
    stays: 'always',
  },
  {
    last: 10,
    name: 'srv-files',
    oui: 'd4:be:d9',
    vendor: 'Dell',
    os: 'Windows Server 2022',
    services: [...windows, [443, 'https', 'Microsoft IIS httpd', '10.0']],
    stays: 'always',
  },
  { last: 21, name: 'pc-1', oui: 'd4:be:d9', vendor: 'Dell', os: 'Windows 11', services: windows, stays: 'always' },
  { last: 22, name: 'pc-2', oui: 'd4:be:d9', vendor: 'Dell', os: 'Windows 11', services: windows, stays: 'always' },
  { last: 23, name: 'pc-3', oui: '54:ee:75', vendor: 'Lenovo', os: 'Windows 11', services: windows, stays: 'always' },
  { last: 31, name: 'printer-1', oui: '3c:d9:2b', vendor: 'Hewlett Packard', os: 'HP embedded', services: print, stays: 'always' },
  { last: 32, name: 'printer-2', oui: '00:80:77', vendor: 'Brother Industries', os: null, services: print.slice(1), stays: 'always' },
  { last: 41, name: 'laptop-1', oui: '54:ee:75', vendor: 'Lenovo', os: 'Windows 11', services: [], stays: 'by day' },
  { last: 42, name: 'laptop-2', oui: '54:ee:75', vendor: 'Lenovo', os: 'Windows 11', services: [], stays: 'by day' },
  { last: 43, name: 'laptop-3', oui: 'd4:be:d9', vendor: 'Dell', os: 'Windows 11', services: [], stays: 'by day' },
  { last: 51, name: '', oui: '', vendor: '', os: null, services: [], stays: 'sometimes', randomMac: true },
  { last: 52, name: '', oui: '', vendor: '', os: null, services: [], stays: 'sometimes', randomMac: true },
  {
    last: 61,
    name: 'screen-hall',
    oui: '8c:79:f5',
    vendor: 'Samsung Electronics',
    os: 'Tizen',
    services: [[8080, 'http', 'Tizen web server', '']],
    stays: 'always',
  },
];

/** Everything that stands at a site, as its probe finds it. */
export class DemoSite {
  readonly link: SiteLink;
  readonly franchise: Franchise;
  readonly #scene: Scene;
  readonly #site: number;
  readonly #moments: ReturnType<typeof moments>;

  constructor(scene: Scene, site: number, franchise: Franchise) {
    this.#scene = scene;
    this.#site = site;
    this.franchise = franchise;
    this.#moments = moments(scene);
    this.link = new SiteLink(scene, site, franchise);
  }

  /** The first three numbers of its addresses. */
  get #net(): string {
    return `10.${20 + Math.floor(this.#site / 250)}.${this.#site % 250}`;
  }

  get range(): string {
    return `${this.#net}.0/24`;
  }

  get probeName(): string {
    return `harvester-${this.franchise.code.toLowerCase()}`;
  }

  get probeVersion(): string {
    return plays(this.#scene, this.#site, 'oldProbe') ? '0.0.9' : '0.1.0';
  }

  /** Targets of its WAN, by how far they are; of ranges that are set aside for documentation (RFC 5737). */
  target(role: Role): string {
    if (role === 'gateway') return `${this.#net}.1`;
    return role === 'provider' ? `198.51.100.${1 + (this.#site % 250)}` : '192.0.2.53';
  }

  /** What a probe reports at a moment. A sweep says nothing of ports. */
  report(at: number, kind: 'full' | 'sweep', ids: { reportId: string; probeId: string }): Report {
    const hosts = this.#hosts(at);
    return {
      v: 1,
      ...ids,
      version: this.probeVersion,
      scanner: 'nmap',
      kind,
      startedAt: at - (kind === 'full' ? 41_000 : 4_000),
      finishedAt: at,
      targets: [this.range],
      ports,
      machine: { name: this.probeName, addresses: [`${this.#net}.11`] },
      hosts: kind === 'full' ? hosts : hosts.map(host => ({ ...host, ports: [], os: null })),
      wan: roles.map(role => this.link.measured(at, role, this.target(role))),
      missing: [],
    };
  }

  #hosts(at: number): ReportedHost[] {
    const hosts = machines.filter(machine => this.#isThere(machine, at)).map(machine => this.#host(machine, at));
    hosts.push({
      address: `${this.#net}.11`,
      hostname: this.probeName,
      mac: this.#mac('52:54:00', 11),
      vendor: 'QEMU virtual NIC',
      status: 'up',
      rttMs: 0.03,
      os: { name: 'Linux 6.1', accuracy: 98 },
      ports: [portOf(ssh)],
    });
    const { nightDevice } = this.#moments;
    if (plays(this.#scene, this.#site, 'nightDevice') && at >= nightDevice)
      hosts.push({
        address: `${this.#net}.77`,
        hostname: null,
        mac: this.#mac('b8:27:eb', 77),
        vendor: 'Raspberry Pi Foundation',
        status: 'up',
        rttMs: 0.9,
        os: { name: 'Linux 5.15', accuracy: 92 },
        ports: [portOf(ssh), portOf([554, 'rtsp', 'GStreamer rtspd', ''])],
      });
    return hosts;
  }

  #isThere({ stays, last }: Machine, at: number): boolean {
    // The first look finds all of them: from then on each is known.
    if (stays === 'always' || at <= this.#moments.beginning + day / 2) return true;
    const hour = localHour(at, this.franchise.longitude);
    const date = Math.floor((at + this.franchise.longitude * 240_000) / day);
    if (stays === 'by day') return hour > 8 && hour < 18 && chance('comes', this.#site, last, date) > 0.12;
    return chance('awake', this.#site, last, Math.floor(at / (day / 12))) > 0.5;
  }

  #host({ last, name, oui, vendor, os, services, randomMac }: Machine, at: number): ReportedHost {
    const here = this.franchise.code.toLowerCase();
    return {
      address: `${this.#net}.${this.#lastOf(last, at)}`,
      hostname: name === '' ? null : `${name}.${here}.nfl.example`,
      mac: randomMac ? this.#madeUpMac(last, at) : this.#mac(oui, last),
      vendor: vendor || null,
      ...(randomMac ? { randomMac: true } : {}),
      status: 'up',
      rttMs: Math.round((0.2 + chance('rtt', this.#site, last, Math.floor(at / 60_000)) * 2) * 100) / 100,
      os: os === null ? null : { name: os, accuracy: 90 + Math.floor(chance('os', this.#site, last) * 9) },
      ports: this.#services(last, services, at).map(portOf),
    };
  }

  #lastOf(last: number, at: number): number {
    return last === 32 && plays(this.#scene, this.#site, 'nightDevice') && at >= this.#moments.printerMoves ? 36 : last;
  }

  #services(last: number, services: readonly Offer[], at: number): readonly (Offer | ReportedPort)[] {
    if (last !== 10) return services;
    const { portOpens, certificateSeen, certificateEnds, seededAt } = { ...this.#moments, seededAt: this.#scene.seededAt };
    const isEnding = plays(this.#scene, this.#site, 'certificate') && at >= certificateSeen;
    const notAfter = isEnding ? certificateEnds : Math.floor(seededAt / day) * day + 300 * day;
    const name = `srv-files.${this.franchise.code.toLowerCase()}.nfl.example`;
    const issuer = choose(['NFL IT Issuing CA 2', "Let's Encrypt R11"], 'issuer', this.#site);
    const secured = services.map(service =>
      service[0] === 443 ? { ...portOf(service), tls: { subject: name, issuer, notAfter } } : service,
    );
    const isOpened = plays(this.#scene, this.#site, 'openedPort') && at >= portOpens;
    return isOpened ? [...secured, [3389, 'ms-wbt-server', 'Microsoft Terminal Services', ''] as const] : secured;
  }

  #mac(oui: string, last: number): string {
    return `${oui}:${hex(this.#site >> 8)}:${hex(this.#site)}:${hex(last)}`;
  }

  /** Another one each week. */
  #madeUpMac(last: number, at: number): string {
    const week = Math.floor(at / (7 * day));
    const bytes = [1, 2, 3, 4, 5].map(n => hex(Math.floor(chance('mac', this.#site, last, week, n) * 256)));
    return ['da', ...bytes].join(':');
  }
}

function portOf(service: Offer | ReportedPort): ReportedPort {
  if (!('length' in service)) return service;
  const [port, name, product, version] = service;
  return { port, protocol: 'tcp', state: 'open', service: name, product, version: version || null };
}

function hex(byte: number): string {
  return (byte & 255).toString(16).padStart(2, '0');
}
