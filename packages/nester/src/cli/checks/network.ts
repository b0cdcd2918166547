import net from 'node:net';
import type { Config } from '../../config.ts';
import { type Finding, good, note, wrong } from '../finding.ts';

type Address = Config['http'];

const connectMs = 3_000;

/** Whether Nester's ports are free for it; or, when it runs, whether something listens on them. */
export async function checkPorts(config: Config, running: boolean): Promise<Finding[]> {
  const ports: [string, string, Address | undefined][] = [
    ['Web', 'AERIE_HTTP', config.http],
    ['Classcord', 'AERIE_TCP', config.tcp],
    ['Classcord over TLS', 'AERIE_TCP_TLS', config.tcpTls],
  ];
  const findings: Finding[] = [];
  for (const [name, setting, address] of ports) {
    if (!address) continue;
    if (address.port === 0) findings.push(good(`${name}: any free port`));
    else findings.push(running ? await checkListening(name, address) : await checkFree(name, setting, address));
  }
  return findings;
}

async function checkFree(name: string, setting: string, address: Address): Promise<Finding> {
  const at = show(address);
  const code = await new Promise<string | undefined>(resolve => {
    const server = net.createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(address.port, address.host, () => server.close(() => resolve(undefined)));
  });
  if (code === undefined) return good(`${name}: ${at} is free`);
  if (code === 'EADDRINUSE')
    return wrong(`${name}: another program uses ${at}`, `Stop it ("ss -ltnp" names it), or set ${setting} to another port.`);
  if (code === 'EACCES') return wrong(`${name}: ${at} may not be used`, `Ports below 1024 are for root: set ${setting} to a higher one.`);
  if (code === 'EADDRNOTAVAIL')
    return wrong(`${name}: ${address.host} is not an address of this machine`, `Set ${setting} to one that is, or to 0.0.0.0.`);
  return wrong(`${name}: ${at} cannot be used (${code})`, `Look at ${setting}.`);
}

async function checkListening(name: string, address: Address): Promise<Finding> {
  const everywhere: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const answers = await new Promise<boolean>(resolve => {
    const socket = net.connect({ host: everywhere[address.host] ?? address.host, port: address.port, timeout: connectMs });
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false));
  });
  if (answers) return good(`${name}: ${show(address)} answers`);
  return note(
    `${name}: nothing answers at ${show(address)}`,
    'Nester was started with other settings: give the same ones to "nester doctor".',
  );
}

function show({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
