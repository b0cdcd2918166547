import type { Certificate, ReportedHost, ReportedPort } from '@aerie/contract';
import ipaddr from 'ipaddr.js';
import { SaxesParser } from 'saxes';
import { bareHost, bodyOf, type Draft, Missing, portsText } from './draft.ts';
import { Unreadable } from './reasons.ts';
import { addressOf, isRandomMac, macOf, msOf, portOf, portStateOf, statusOf, textOf } from './values.ts';

const mostHosts = 4_096;
const mostPorts = 4_096;
/** Of all hosts together: a few letters such as 1-65535 stand for many. A network of 256 hosts with a thousand each fits. */
const mostPortsInAll = 262_144;
const mostTargets = 256;
/** Of the list of ports that were looked at. */
const longestPorts = 2_000;
const deepest = 32;
const pieceChars = 64 * 1_024;
/** nmap writes control characters that it found as references, which XML forbids: harmless, since every text is cleaned. */
const harmless = /malformed character entity|undefined entity|disallowed character\.?$/i;

/** Options of nmap whose next word is an address, but no target. */
const takesAddress = /^(?:-S|-D|-sI|-b|--dns-servers|--proxies|--ip-options)$/;
/** With these, it is not known what was left out, or who was looked at. */
const hidesTargets = /^(?:--exclude|--excludefile|-iL|-iR)/;

type Attributes = Record<string, string>;

/**
 * What `nmap -oX` writes. Read in pieces, with a pause between them, in bounded memory; no entity of the document's own is
 * expanded and nothing outside it is opened.
 * @param pause lets others have their turn
 * @throws Unreadable
 */
export async function readShapeD(text: string, pause: () => Promise<void>): Promise<Draft> {
  const reader = new NmapFile();
  for (let at = 0; at < text.length; at += pieceChars) {
    if (at > 0) await pause();
    reader.write(text.slice(at, at + pieceChars));
  }
  return reader.end();
}

class NmapFile {
  readonly #parser = new SaxesParser();
  readonly #path: string[] = [];
  readonly #up: ReportedHost[] = [];
  readonly #others: ReportedHost[] = [];
  readonly #moments: number[] = [];
  readonly #scanned: string[] = [];
  readonly #room = new PortRoom();
  #udp = false;
  #left = 0;
  #run: Attributes | undefined;
  #isDone = false;
  #host: HostInMaking | undefined;

  constructor() {
    const parser = this.#parser;
    parser.on('error', error => {
      if (!harmless.test(error.message)) throw new Unreadable('bad_xml');
    });
    parser.on('opentag', ({ name, attributes }) => this.#open(name, attributes as Attributes));
    parser.on('closetag', ({ name }) => this.#close(name));
    parser.on('text', said => this.#host?.say(this.#path.slice(2).join('/'), said));
  }

  write(piece: string): void {
    this.#parser.write(piece);
  }

  end(): Draft {
    this.#parser.close();
    if (!this.#run) throw new Unreadable('not_nmap');
    if (!this.#isDone) throw new Unreadable('nmap_unfinished');
    const missing = new Missing();
    const hosts = [...this.#up, ...this.#others].slice(0, mostHosts);
    const targets = targetsOf(this.#run.args ?? '');
    if (targets.length === 0) missing.add('hosts', 'which addresses were looked at is not clear: nobody counts as absent');
    if (this.#left > 0) missing.add('hosts', `hosts that did not answer and are not listed: ${this.#left}`);
    missing.add('wan', 'nmap does not measure it');
    const { text: ports, isWhole } = portsText(numbersOf(this.#scanned.join(',')), longestPorts);
    if (this.#scanned.length === 0) missing.add('ports', 'only hosts were looked for');
    else if (!isWhole) missing.add('ports', `the list of ports is long: those above ${ports.split(/[,-]/).at(-1)} count as not looked at`);
    if (!this.#udp) missing.add('udp', 'it was not asked for');
    const versions = hosts.some(host => host.ports.some(({ product }) => product !== null));
    if (!versions) missing.add('services', 'no versions were asked for, or none was told');
    return {
      shape: 'D',
      franchises: [],
      probeId: null,
      reportId: null,
      moments: this.#moments,
      tookMs: null,
      body: bodyOf({
        scanner: 'nmap',
        version: wordsOf(`nmap ${this.#run.version ?? ''}`, 40),
        hosts,
        wan: [],
        missing,
        targets,
        ports,
      }),
    };
  }

  #open(name: string, attributes: Attributes): void {
    const parent = this.#path.at(-1);
    this.#path.push(name);
    if (this.#path.length > deepest) throw new Unreadable('too_deep', { most: deepest });
    if (parent === undefined) {
      if (name !== 'nmaprun') throw new Unreadable('not_nmap');
      this.#run = attributes;
      this.#moment(attributes.start);
    } else if (parent === 'nmaprun' && name === 'host') this.#host = new HostInMaking(attributes, this.#room);
    else if (parent === 'nmaprun' && name === 'scaninfo') {
      if (attributes.protocol === 'tcp') this.#scanned.push((attributes.services ?? '').slice(0, 100_000));
      if (attributes.protocol === 'udp') this.#udp = true;
    } else if (parent === 'runstats' && name === 'finished') {
      this.#isDone = attributes.exit !== 'error';
      this.#moment(attributes.time);
    } else this.#host?.take(this.#path.slice(2).join('/'), attributes);
  }

  #close(name: string): void {
    const path = this.#path.slice(2).join('/');
    this.#path.pop();
    if (name !== 'host' || this.#path.length !== 1) {
      this.#host?.close(path);
      return;
    }
    const host = this.#host?.whole();
    this.#host = undefined;
    if (!host) return;
    if (host.status === 'up') {
      if (this.#up.length >= mostHosts) throw new Unreadable('too_many_hosts', { most: mostHosts });
      this.#up.push(host);
    } else if (this.#others.length < mostHosts) this.#others.push(host);
    else this.#left++;
  }

  #moment(seconds: string | undefined): void {
    if (seconds && /^\d{1,11}$/.test(seconds)) this.#moments.push(Number(seconds));
  }
}

/** How many ports a file may still name. */
class PortRoom {
  #left = mostPortsInAll;

  take(ports: number): void {
    this.#left -= ports;
    if (this.#left < 0) throw new Unreadable('too_many_ports', { most: mostPortsInAll });
  }
}

/** What has been read of one host. */
class HostInMaking {
  readonly #room: PortRoom;
  readonly #isTimedOut: boolean;
  readonly #ports = new Map<string, ReportedPort>();
  readonly #host = bareHost('', 'unknown');
  #sawAnswer = false;
  #othersState: string | undefined;
  #port: ReportedPort | undefined;
  #script: string | undefined;
  #tables: string[] = [];
  #key: string | undefined;
  #said = '';
  #certificate: Partial<Record<'subject' | 'issuer' | 'notAfter', string>> = {};

  constructor({ timedout }: Attributes, room: PortRoom) {
    this.#room = room;
    this.#isTimedOut = timedout === 'true';
  }

  /** @param path from the host on, such as `ports/port/state` */
  take(path: string, attributes: Attributes): void {
    if (path === 'status') this.#takeStatus(attributes);
    else if (path === 'address') this.#takeAddress(attributes);
    else if (path === 'hostnames/hostname') this.#host.hostname ??= wordsOf(attributes.name, 255);
    else if (path === 'times') this.#host.rttMs = Number(attributes.srtt) > 0 ? msOf(Number(attributes.srtt) / 1_000) : null;
    else if (path === 'os/osmatch') this.#takeSystem(attributes);
    else if (path === 'ports/port') this.#takePort(attributes);
    else if (path === 'ports/port/state') this.#takeState(attributes);
    else if (path === 'ports/port/service') this.#takeService(attributes);
    else if (path === 'ports/port/script') this.#script = attributes.id;
    else if (path === 'ports/extraports') this.#othersState = attributes.state;
    else if (path === 'ports/extraports/extrareasons') this.#takeOthers(attributes);
    else if (this.#script !== undefined && path.endsWith('/table')) this.#tables.push(attributes.key ?? '');
    else if (this.#script !== undefined && path.endsWith('/elem')) {
      this.#key = attributes.key;
      this.#said = '';
    }
  }

  /** Text inside an element. */
  say(path: string, said: string): void {
    if (this.#key !== undefined && path.endsWith('/elem')) this.#said = (this.#said + said).slice(0, 1_000);
  }

  close(path: string): void {
    if (path === 'ports/port/script') {
      this.#endScript();
      return;
    }
    if (this.#script === undefined) return;
    if (path.endsWith('/table')) this.#tables.pop();
    else if (path.endsWith('/elem')) this.#takeElement();
  }

  /** Undefined when it has no address. */
  whole(): ReportedHost | undefined {
    if (this.#host.address === '') return undefined;
    // A host that took too long was not asked all ports, and of one that was only said to be there nobody saw anything.
    if (this.#isTimedOut || (!this.#sawAnswer && this.#ports.size === 0 && this.#host.status === 'up')) this.#host.status = 'unknown';
    const ports = [...this.#ports.values()].sort((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol));
    return { ...this.#host, ports };
  }

  #takeStatus({ state, reason }: Attributes): void {
    this.#host.status = statusOf(state);
    this.#sawAnswer = reason !== 'user-set';
  }

  #takeAddress({ addr, addrtype, vendor }: Attributes): void {
    if (addrtype !== 'mac') {
      this.#host.address ||= addressOf(addr) ?? '';
      return;
    }
    this.#host.mac = macOf(addr);
    this.#host.vendor = wordsOf(vendor, 200);
    if (this.#host.mac !== null && isRandomMac(this.#host.mac)) this.#host.randomMac = true;
  }

  #takeSystem({ name, accuracy: written }: Attributes): void {
    const system = wordsOf(name, 200);
    const accuracy = Number(written);
    if (system === null || !Number.isInteger(accuracy) || accuracy < 0 || accuracy > 100) return;
    if (this.#host.os === null || accuracy > this.#host.os.accuracy) this.#host.os = { name: system, accuracy };
  }

  #takePort({ portid, protocol }: Attributes): void {
    const port = portOf(portid);
    this.#port =
      port !== null && (protocol === 'tcp' || protocol === 'udp')
        ? { port, protocol, state: 'closed', service: null, product: null, version: null }
        : undefined;
  }

  #takeState({ state }: Attributes): void {
    const known = portStateOf(state);
    if (!this.#port || known === null || this.#ports.size >= mostPorts) return;
    this.#room.take(1);
    this.#port.state = known;
    this.#ports.set(`${this.#port.protocol}/${this.#port.port}`, this.#port);
  }

  #takeService({ name, product, version, tunnel }: Attributes): void {
    if (!this.#port) return;
    // As nmap itself writes it: ssl/http is HTTP inside TLS.
    this.#port.service = wordsOf(tunnel === 'ssl' && name && !name.startsWith('ssl') ? `ssl/${name}` : name, 100);
    this.#port.product = wordsOf(product, 200);
    this.#port.version = wordsOf(version, 100);
  }

  /** Many ports in the same state stand together. */
  #takeOthers({ proto, ports }: Attributes): void {
    const state = portStateOf(this.#othersState);
    if (state === null || (proto !== 'tcp' && proto !== 'udp') || this.#ports.size >= mostPorts) return;
    const numbers = numbersOf(ports ?? '', mostPorts);
    this.#room.take(numbers.length);
    for (const port of numbers) {
      if (this.#ports.size >= mostPorts) return;
      const key = `${proto}/${port}`;
      if (!this.#ports.has(key)) this.#ports.set(key, { port, protocol: proto, state, service: null, product: null, version: null });
    }
  }

  /** Of the scripts `ssl-cert` and `http-title`, as they write their findings for programs. */
  #takeElement(): void {
    const key = this.#key;
    this.#key = undefined;
    const said = wordsOf(this.#said, 200);
    if (said === null || !this.#port) return;
    if (this.#script === 'http-title' && key === 'title') this.#port.title = said;
    if (this.#script !== 'ssl-cert') return;
    const table = this.#tables.at(-1);
    if ((table === 'subject' || table === 'issuer') && key === 'commonName') this.#certificate[table] = said;
    if (table === 'validity' && key === 'notAfter') this.#certificate.notAfter = said;
  }

  #endScript(): void {
    const certificate = this.#script === 'ssl-cert' ? certificateOf(this.#certificate) : undefined;
    if (certificate && this.#port) this.#port.tls = certificate;
    this.#script = undefined;
    this.#tables = [];
    this.#certificate = {};
  }
}

function certificateOf({ subject, issuer, notAfter }: { subject?: string; issuer?: string; notAfter?: string }): Certificate | undefined {
  // nmap writes UTC, without saying so.
  const at = notAfter && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(notAfter) ? Date.parse(`${notAfter}Z`) : Number.NaN;
  return at >= 0 ? { subject: subject ?? '', issuer: issuer ?? '', notAfter: at } : undefined;
}

/** The numbers of `22,80,8000-8100`, the first ones when there are more; what is none is passed over. */
function numbersOf(text: string, most = 131_070): number[] {
  const numbers: number[] = [];
  for (const span of text.slice(0, 400_000).split(',')) {
    if (numbers.length >= most) break;
    const [, from, to = from] = /^\s*(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(span) ?? [];
    if (from === undefined) continue;
    for (let port = Math.max(1, Number(from)); port <= Math.min(65_535, Number(to)) && numbers.length < most; port++) numbers.push(port);
  }
  return numbers;
}

/** The addresses and CIDRs that a command line of nmap names; none when others may have been meant too. */
function targetsOf(args: string): string[] {
  const words = args.slice(0, 20_000).split(/\s+/).slice(1);
  if (words.some(word => hidesTargets.test(word))) return [];
  const targets: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word.startsWith('-')) {
      if (takesAddress.test(word)) i++;
    } else if (targets.length < mostTargets && (ipaddr.isValidCIDR(word) || addressOf(word) !== null)) targets.push(word);
  }
  return targets;
}

/** References to control characters are left as they stand by the parser. */
function wordsOf(value: string | undefined, most: number): string | null {
  return textOf(value?.slice(0, 64 * most).replace(/&#(?:x[0-9a-f]{1,6}|\d{1,7});/gi, ''), most);
}
