import net, { BlockList, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';

const answerMs = 10_000;
const mostHeadBytes = 16 * 1024;

/**
 * The HTTP proxy that leads to an address: what the setting says (`off` for none), else what the environment says, with the
 * exceptions of NO_PROXY. The machine itself is never reached through a proxy that only the environment names.
 * @throws TypeError when the proxy's own address cannot be read
 */
export function proxyFor(url: URL, setting: string | undefined, environment: NodeJS.ProcessEnv): URL | undefined {
  if (setting !== undefined) return setting === 'off' ? undefined : new URL(setting);
  const named = (name: string) => environment[name.toLowerCase()] || environment[name];
  const proxy = named(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (!proxy || isHere(hostOf(url)) || isExcepted(url, named('NO_PROXY') ?? '')) return undefined;
  return new URL(/^[a-z]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`);
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
}

function isHere(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

/** `example.org`, `.example.org`, `*.example.org`, `10.0.0.0/8`, `host:8080`, `*`; with commas. */
function isExcepted(url: URL, list: string): boolean {
  const host = hostOf(url);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list
    .split(/[\s,]+/)
    .filter(Boolean)
    .some(entry => {
      if (entry === '*') return true;
      const [, name = '', only] = /^(.*?)(?::(\d{1,5}))?$/.exec(isIP(entry) === 6 ? `${entry}` : entry.toLowerCase()) ?? [];
      if (isIP(host) !== 0)
        return holdsAddress(isIP(entry) === 6 ? entry : name, host) && (only === undefined || isIP(entry) === 6 || only === port);
      if (only !== undefined && only !== port) return false;
      const bare = name.replace(/^\*?\./, '');
      return bare !== '' && (host === bare || host.endsWith(`.${bare}`));
    });
}

function holdsAddress(entry: string, address: string): boolean {
  const [network = '', bits] = entry.replace(/^\[|\]$/g, '').split('/');
  const family = isIP(network);
  if (family === 0 || family !== isIP(address)) return false;
  const kind = family === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  const length = bits === undefined ? (family === 6 ? 128 : 32) : Number(bits);
  if (!(length >= 0 && length <= (family === 6 ? 128 : 32))) return false;
  list.addSubnet(network, length, kind);
  return list.check(address, kind);
}

type Opened = (error: Error | null, socket?: Duplex) => void;

/** Opens a way through a proxy to `host:port`: what comes out of the socket afterwards comes from there. */
export function throughProxy(proxy: URL, host: string, port: number, opened: Opened): void {
  const at = { host: hostOf(proxy), port: Number(proxy.port) || (proxy.protocol === 'https:' ? 443 : 8080) };
  const secure = proxy.protocol === 'https:';
  const socket = secure
    ? tls.connect({ ...at, servername: isIP(at.host) ? undefined : at.host, ALPNProtocols: ['http/1.1'] })
    : net.connect(at);
  let head = Buffer.alloc(0);
  const end = (error: Error) => {
    clearTimeout(timer);
    socket.destroy();
    opened(new Error(`the proxy ${proxy.host}: ${error.message}`));
  };
  const timer = setTimeout(() => end(new Error('it does not answer')), answerMs);
  const read = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk]);
    const over = head.indexOf('\r\n\r\n');
    if (over < 0) {
      if (head.length > mostHeadBytes) end(new Error('it answers too much'));
      return;
    }
    const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(head.toString('latin1')) ?? [];
    if (status !== '200')
      return end(new Error(status === '407' ? 'it asks for a name and a password' : `it refuses (HTTP ${status ?? '?'})`));
    clearTimeout(timer);
    socket.off('data', read).off('error', end).off('end', closed);
    socket.pause();
    if (head.length > over + 4) socket.unshift(head.subarray(over + 4));
    opened(null, socket);
  };
  const closed = () => end(new Error('it closed the connection'));
  socket.once('error', end);
  socket.once('end', closed);
  socket.once(secure ? 'secureConnect' : 'connect', () => {
    const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
    const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    const login = proxy.username === '' ? '' : `Proxy-Authorization: Basic ${Buffer.from(credentials).toString('base64')}\r\n`;
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${login}\r\n`);
    socket.on('data', read);
  });
}
