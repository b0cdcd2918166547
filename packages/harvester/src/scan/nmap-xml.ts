import type { ReportedHost, ReportedPort } from '@aerie/contract/reports';
import ipaddr from 'ipaddr.js';
import { SaxesParser } from 'saxes';
import { bareHost, barePort, clean } from './findings.ts';
import { parsePorts } from './ports.ts';

const mostPorts = 4_096;
/** A text or tag that is longer is none of nmap's. */
const longestToken = 1024 * 1024;
const deepest = 32;
/** nmap writes control characters that it found as references, which XML forbids: harmless, since every text is cleaned. */
const harmless = /malformed character entity|undefined entity|disallowed character\.?$/i;

/** The document is no output of nmap, or not a whole one. */
export class BadNmapOutput extends Error {}

interface Listener {
  /** A host, as soon as it is whole. */
  host(host: ReportedHost): void;
  /** How much of its task nmap has done, in percent. */
  progress?(percent: number): void;
}

type Attributes = Record<string, string>;

/**
 * Reads what `nmap -oX -` prints while it comes, in bounded memory. Missing parts are missing facts, never a failure; every
 * text comes from the network and is cleaned and cut. No entity of the document's own is expanded.
 */
export class NmapReader {
  readonly #listener: Listener;
  readonly #parser = new SaxesParser();
  readonly #path: string[] = [];
  #host: HostInMaking | undefined;
  #sinceToken = 0;
  #sawRun = false;
  #sawEnd = false;

  constructor(listener: Listener) {
    this.#listener = listener;
    const parser = this.#parser;
    parser.on('error', error => {
      if (!harmless.test(error.message)) throw new BadNmapOutput('nmap printed something that is not XML');
    });
    parser.on('opentag', ({ name, attributes }) => this.#open(name, attributes as Attributes));
    parser.on('closetag', ({ name }) => this.#close(name));
    parser.on('text', () => {
      this.#sinceToken = 0;
    });
  }

  /** @throws BadNmapOutput */
  write(text: string): void {
    for (let at = 0; at < text.length; at += longestToken) {
      const piece = text.slice(at, at + longestToken);
      this.#sinceToken += piece.length;
      this.#parser.write(piece);
      if (this.#sinceToken > 2 * longestToken) throw new BadNmapOutput('nmap printed a text without end');
    }
  }

  /** @throws BadNmapOutput when nmap had not come to its end */
  end(): void {
    if (!this.#sawRun) throw new BadNmapOutput('nmap printed no result');
    if (!this.#sawEnd) throw new BadNmapOutput('nmap ended before it was done');
  }

  #open(name: string, attributes: Attributes): void {
    this.#sinceToken = 0;
    const parent = this.#path.at(-1);
    this.#path.push(name);
    if (this.#path.length > deepest) throw new BadNmapOutput('nmap printed elements without end');
    if (parent === undefined) {
      if (name !== 'nmaprun') throw new BadNmapOutput('nmap printed another document');
      this.#sawRun = true;
    } else if (parent === 'nmaprun' && name === 'host') this.#host = new HostInMaking(attributes);
    else if (parent === 'nmaprun' && name === 'taskprogress') {
      const percent = Number(attributes.percent);
      if (percent >= 0 && percent <= 100) this.#listener.progress?.(percent);
    } else if (parent === 'runstats' && name === 'finished') this.#sawEnd = true;
    else this.#host?.take(this.#path.slice(2).join('/'), attributes);
  }

  #close(name: string): void {
    this.#sinceToken = 0;
    this.#path.pop();
    if (name !== 'host' || this.#path.length !== 1 || !this.#host) return;
    const host = this.#host.whole();
    this.#host = undefined;
    if (host) this.#listener.host(host);
  }
}

/** What has been read of one host. */
class HostInMaking {
  readonly #isTimedOut: boolean;
  readonly #ports = new Map<string, ReportedPort>();
  /** Many ports in the same state stand together. */
  readonly #others: { state: ReportedPort['state']; protocol: 'tcp' | 'udp'; ports: string }[] = [];
  #address: string | undefined;
  #state: string | undefined;
  #mac: string | null = null;
  #vendor: string | null = null;
  #rttMs: number | null = null;
  #os: ReportedHost['os'] = null;
  #port: ReportedPort | undefined;
  #othersState: string | undefined;

  constructor({ timedout }: Attributes) {
    this.#isTimedOut = timedout === 'true';
  }

  /** @param path from the host on, such as `ports/port/state` */
  take(path: string, attributes: Attributes): void {
    if (path === 'status') this.#state = attributes.state;
    else if (path === 'address') this.#takeAddress(attributes);
    else if (path === 'times') this.#takeTimes(attributes);
    else if (path === 'os/osmatch') this.#takeSystem(attributes);
    else if (path === 'ports/port') this.#port = portOf(attributes);
    else if (path === 'ports/port/state') this.#takeState(attributes);
    else if (path === 'ports/port/service') this.#takeService(attributes);
    else if (path === 'ports/extraports') this.#othersState = attributes.state;
    else if (path === 'ports/extraports/extrareasons') this.#takeOthers(attributes);
  }

  /** Undefined when it has no address. */
  whole(): ReportedHost | undefined {
    if (this.#address === undefined) return undefined;
    for (const { state, protocol, ports } of this.#others) {
      for (const port of parsePorts(ports) ?? []) {
        if (this.#ports.size >= mostPorts) break;
        if (!this.#ports.has(`${protocol}/${port}`)) this.#ports.set(`${protocol}/${port}`, barePort(port, state, protocol));
      }
    }
    // A host that took too long was not asked all ports: that it names none does not close them.
    const status = this.#isTimedOut || (this.#state !== 'up' && this.#state !== 'down') ? 'unknown' : this.#state;
    const ports = [...this.#ports.values()].sort((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol));
    const { mac, vendor, rttMs, os } = { mac: this.#mac, vendor: this.#vendor, rttMs: this.#rttMs, os: this.#os };
    return { ...bareHost(this.#address, status, ports), mac, vendor, rttMs, os };
  }

  #takeAddress({ addr = '', addrtype, vendor }: Attributes): void {
    if (addrtype !== 'mac') {
      if (this.#address === undefined && ipaddr.isValid(addr) && !addr.includes('%')) this.#address = addr;
    } else if (/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(addr)) {
      this.#mac = addr.toLowerCase();
      this.#vendor = textOf(vendor, 200);
    }
  }

  #takeTimes({ srtt }: Attributes): void {
    const microseconds = Number(srtt);
    if (microseconds > 0 && microseconds < 86_400_000_000) this.#rttMs = microseconds / 1_000;
  }

  #takeSystem({ name, accuracy: text }: Attributes): void {
    const system = textOf(name, 200);
    const accuracy = Number(text);
    if (system === null || !Number.isInteger(accuracy) || accuracy < 0 || accuracy > 100) return;
    if (this.#os === null || accuracy > this.#os.accuracy) this.#os = { name: system, accuracy };
  }

  #takeState({ state }: Attributes): void {
    const known = stateOf(state);
    if (!this.#port || !known || this.#ports.size >= mostPorts) return;
    this.#port.state = known;
    this.#ports.set(`${this.#port.protocol}/${this.#port.port}`, this.#port);
  }

  #takeService({ name, product, version, tunnel }: Attributes): void {
    if (!this.#port) return;
    // As nmap itself writes it: ssl/http is HTTP inside TLS.
    this.#port.service = textOf(tunnel === 'ssl' && name && !name.startsWith('ssl') ? `ssl/${name}` : name, 100);
    this.#port.product = textOf(product, 200);
    this.#port.version = textOf(version, 100);
  }

  #takeOthers({ proto, ports = '' }: Attributes): void {
    const state = stateOf(this.#othersState);
    if (state && (proto === 'tcp' || proto === 'udp') && this.#others.length < 16) this.#others.push({ state, protocol: proto, ports });
  }
}

function portOf({ portid, protocol }: Attributes): ReportedPort | undefined {
  const port = Number(portid);
  if (!Number.isInteger(port) || port < 1 || port > 65_535 || (protocol !== 'tcp' && protocol !== 'udp')) return undefined;
  return barePort(port, 'closed', protocol);
}

/** nmap's `open|filtered` and `unfiltered` say that it does not know: those are left out. */
function stateOf(text: string | undefined): ReportedPort['state'] | undefined {
  return text === 'open' || text === 'closed' || text === 'filtered' ? text : undefined;
}

/** References to control characters are left as they stand by the parser. */
function textOf(value: string | undefined, most: number): string | null {
  return clean(value?.slice(0, 64 * most).replace(/&#(?:x[0-9a-f]{1,6}|\d{1,7});/gi, ''), most);
}
