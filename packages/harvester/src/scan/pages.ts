import type { ReportedHost, ReportedPort } from '@aerie/contract/reports';
import { certificateOf } from './certificates.ts';
import { openTcpPorts, type ScanRequest } from './findings.ts';
import { titleOf } from './titles.ts';

const atOnce = 16;
/** Of one host; a host with more open web ports than this is a trap. */
const mostPorts = 16;

/** Ports that speak TLS by custom. Others are asked only when nmap found TLS there: what is printed on paper must not get a hello. */
const tlsPorts = new Set([
  443, 465, 563, 636, 853, 990, 992, 993, 994, 995, 2376, 3269, 4443, 5061, 5986, 6443, 6514, 6679, 6697, 8006, 8443, 8883, 9443, 10443,
]);
const httpPorts = new Set([80, 81, 591, 3000, 5000, 5601, 8000, 8006, 8008, 8080, 8081, 8088, 8090, 8888, 9000, 9090, 9200]);

/**
 * Looks at what open ports show by themselves: the certificate where TLS is spoken, the title where a web page is served.
 * Several side by side, each within its time; the hosts are changed in place.
 */
export async function lookAtPages(hosts: readonly ReportedHost[], request: Pick<ScanRequest, 'signal' | 'progress'>): Promise<void> {
  const work = hosts.flatMap(host => portsToLookAt(host).map(port => ({ host, port })));
  const queue = work.values();
  let done = 0;
  const worker = async () => {
    for (const { host, port } of queue) {
      if (request.signal.aborted) return;
      await lookAt(host, port, request.signal);
      done += 1;
      request.progress?.({ phase: 'pages', done, total: work.length });
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, work.length) }, worker));
}

function portsToLookAt({ ports }: ReportedHost): ReportedPort[] {
  return ports.filter(port => port.protocol === 'tcp' && port.state === 'open' && (isTls(port) || isHttp(port))).slice(0, mostPorts);
}

async function lookAt(host: ReportedHost, port: ReportedPort, signal: AbortSignal): Promise<void> {
  const place = { address: host.address, port: port.port, signal };
  const tls = isTls(port) ? await certificateOf(place) : undefined;
  if (tls) port.tls = tls;
  if (!isHttp(port)) return;
  const open = new Set(openTcpPorts(host));
  const title = await titleOf({ ...place, secure: tls !== undefined, mayFollow: to => open.has(to) });
  if (title) port.title = title;
}

function isTls({ port, service }: ReportedPort): boolean {
  return service?.startsWith('ssl') === true || service === 'https' || (tlsPorts.has(port) && !isPlain(service));
}

/** nmap found something that is not TLS. */
function isPlain(service: string | null): boolean {
  return service !== null && /^(http|ssh|ftp|smtp|imap|pop3)$/.test(service);
}

function isHttp({ port, service }: ReportedPort): boolean {
  if (service !== null && /^(ssl\/)?(https?|http-\w+|ipp)/.test(service)) return true;
  return (service === null || service === 'ssl/unknown') && (httpPorts.has(port) || port === 443 || port === 8443 || port === 9443);
}
