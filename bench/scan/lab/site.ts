import { ftp, http, https, imap, jetdirect, type Listener, mysql, pop3, rtsp, silent, smtp, ssh, telnet } from './greetings.ts';

/** A host of the lab; its address ends with its number. */
export interface LabHost {
  number: number;
  services: readonly Listener[];
  name?: string | readonly string[];
  mac?: string;
  /** TCP ports that a firewall of its own lets vanish, such as `443-445`. */
  filtered?: string;
  /** The line that it is behind, by direction. */
  line?: Line;
}

export interface Line {
  delayMs: number;
  jitterMs: number;
  lossPercent: number;
}

/** First halves of the MACs of VMware, HP, Raspberry Pi, Intel, Synology and TP-Link. */
const makers = ['00:50:56', '3c:d9:2b', 'b8:27:eb', '00:1b:21', '00:11:32', 'e0:50:8b'];

const web = [ssh(), http(80, 'nginx/1.22.1', 'Intranet'), https(443, 'nginx/1.22.1', 'Intranet')];
const printer = [
  http(80, 'HP HTTP Server; HP LaserJet M402dn', 'HP LaserJet'),
  silent(515),
  http(631, 'CUPS/2.4 IPP/2.1', 'Home'),
  jetdirect,
];
const mail = [ssh(), smtp, pop3, imap];
const camera = [http(80, 'Boa/0.94.13', 'Camera'), rtsp];
const store = [ftp, http(80, 'lighttpd/1.4.69', 'Files'), silent(445)];
const base = [ssh(), mysql];
const router = [ssh('dropbear_2022.83'), telnet, http(80, 'lighttpd/1.4.69', 'Log in', '401 Unauthorized')];
const slow: Line = { delayMs: 40, jitterMs: 10, lossPercent: 1 };

const roles: readonly { name: string; services: readonly Listener[]; filtered?: string; line?: Line }[] = [
  { name: 'router', services: router },
  { name: 'intranet', services: web },
  { name: 'mail', services: mail },
  { name: 'printer-1', services: printer },
  { name: 'files', services: store },
  { name: 'camera-1', services: camera },
  { name: 'base', services: base },
  { name: 'tablet', services: [] },
  { name: 'tickets', services: [ssh(), http(8_080, 'Jetty(9.4.53.v20231009)', 'Tickets')] },
  { name: 'printer-2', services: printer },
  { name: 'desk-1', services: [silent(3_389)] },
  // Lets nobody in but by SSH, and says nothing to the others.
  { name: 'vault', services: web, filtered: '23-65534' },
  { name: 'shop', services: [ssh(), http(80, 'Apache/2.4.57 (Debian)', 'Shop')], filtered: '443-445' },
  { name: 'camera-2', services: camera },
  { name: 'backup', services: store },
  { name: 'base-2', services: base },
  { name: 'phone', services: [] },
  { name: 'build', services: web },
  { name: 'far-mail', services: mail, line: slow },
  { name: 'far-printer', services: printer, line: slow },
];

/** A site of twenty hosts: two that filter, two behind a slow line that loses. */
export const siteHosts: readonly LabHost[] = roles.map(({ name, ...role }, i) => ({
  ...role,
  number: i + 1,
  name: `${name}.site.example`,
  mac: `${makers[i % makers.length]}:00:10:${(i + 1).toString(16).padStart(2, '0')}`,
}));

/** What is looked for in it: the eight ports of the probe that Aerie replaces, and those that the site's services are on. */
export const sitePorts = '21-23,25,80,110,139,143,443,445,515,554,631,3306,3389,8000,8080,9100';

/** The ports that answer a probe, as `ADDRESS PORT`. */
export function openPorts(hosts: readonly LabHost[], addressOf: (number: number) => string, asked = (_: number) => true): Set<string> {
  const answers = (host: LabHost, port: number) => asked(port) && !isFiltered(host, port);
  return new Set(
    hosts.flatMap(host => host.services.filter(({ port }) => answers(host, port)).map(({ port }) => `${addressOf(host.number)} ${port}`)),
  );
}

function isFiltered({ filtered }: LabHost, port: number): boolean {
  if (filtered === undefined) return false;
  const [from, to = from] = filtered.split('-').map(Number) as [number, number?];
  return port >= from && port <= to;
}
