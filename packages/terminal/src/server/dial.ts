import net from 'node:net';
import tls from 'node:tls';
import { Failure } from '../failure.ts';
import type { Address } from './address.ts';
import { fingerprint } from './certificate.ts';

/** A server and, where no authority vouches for its certificate, the one certificate that it may show. */
export interface Endpoint {
  readonly address: Address;
  /** Fingerprint, `AB:CD:…`. */
  readonly pin?: string;
}

/** No authority vouches for the certificate, and nobody has accepted it yet. */
export class UnknownCertificate extends Failure {
  readonly fingerprint: string;

  constructor(url: string, found: string) {
    super('certificate.unknown', { url, fingerprint: found });
    this.fingerprint = found;
  }
}

const openMs = 10_000;

const causes = {
  ECONNREFUSED: 'connect.refused',
  ENOTFOUND: 'connect.unknownHost',
  EAI_AGAIN: 'connect.unknownHost',
  ETIMEDOUT: 'connect.silent',
  EHOSTUNREACH: 'connect.silent',
  ENETUNREACH: 'connect.silent',
  ERR_SSL_WRONG_VERSION_NUMBER: 'connect.notTls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'connect.notTls',
  EPROTO: 'connect.notTls',
} as const;

/**
 * Opens a socket. `opened` gets it when the certificate has been judged: not a byte of ours went out before.
 * @returns the end of the attempt, for one who no longer wants it
 */
export function dial({ address, pin }: Endpoint, opened: (socket: net.Socket) => void, failed: (error: Failure) => void): () => void {
  const { host, port, secure, url } = address;
  const servername = net.isIP(host) ? undefined : host;
  const socket = secure
    ? tls.connect({ host, port, servername, rejectUnauthorized: false, ALPNProtocols: address.webSocket ? ['http/1.1'] : undefined })
    : net.connect({ host, port });
  socket.setNoDelay(true);
  const end = (failure: Failure) => {
    clearTimeout(timer);
    socket.off('error', broken).on('error', () => {});
    socket.destroy();
    failed(failure);
  };
  const broken = (error: NodeJS.ErrnoException) => {
    const code = error.code ?? (error as AggregateError).errors?.[0]?.code ?? error.message;
    const key = Object.hasOwn(causes, code) ? causes[code as keyof typeof causes] : 'connect.failed';
    end(new Failure(key, { url, reason: code }));
  };
  const timer = setTimeout(() => end(new Failure('connect.silent', { url })), openMs);
  socket.once('error', broken);
  socket.once(secure ? 'secureConnect' : 'connect', () => {
    const doubt = socket instanceof tls.TLSSocket ? doubtOf(socket, url, pin) : undefined;
    if (doubt) return end(doubt);
    clearTimeout(timer);
    socket.off('error', broken);
    opened(socket);
  });
  return () => {
    clearTimeout(timer);
    socket.off('error', broken).on('error', () => {});
    socket.destroy();
  };
}

function doubtOf(socket: tls.TLSSocket, url: string, pin: string | undefined): Failure | undefined {
  const { raw } = socket.getPeerCertificate();
  const found = raw ? fingerprint(raw) : '';
  // A pin is stricter than any authority: that certificate and no other.
  if (pin !== undefined) return found === pin ? undefined : new Failure('certificate.changed', { url, fingerprint: found });
  return socket.authorized ? undefined : new UnknownCertificate(url, found);
}
