import plain from 'node:http';
import secure from 'node:https';
import type { LookupFunction } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { done, failed, type Outcome, rounded, type TaskOf } from './outcome.ts';
import type { Place } from './place.ts';

const shownHeaders = ['server', 'content-type', 'content-length', 'location', 'date'];

/** The host of a URL as it is looked up. */
export function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '');
}

/** Asks a checked address for a page: what it answers, how soon, and how good its certificate is. The page is not read, and no redirection followed. */
export function http({ request: { url }, signal, line }: TaskOf<'http'>, { address, family }: Place): Promise<Outcome> {
  const begun = performance.now();
  // The name stands in the request and in the certificate; the connection goes to the address that was checked.
  const lookup = ((_name: string, { all }: { all?: boolean }, found: (...answer: unknown[]) => void) =>
    all ? found(null, [{ address, family }]) : found(null, address, family)) as LookupFunction;
  return new Promise((resolve, reject) => {
    const { request: ask } = url.startsWith('https:') ? secure : plain;
    // A certificate that is not good is a finding: nothing secret is sent, and what is wrong with it is said.
    const headers = { 'user-agent': 'aerie-harvester', accept: '*/*' };
    const request = ask(url, { method: 'GET', agent: false, lookup, signal, rejectUnauthorized: false, headers });
    request.on('socket', socket => {
      socket.once('connect', () => line(`connected to ${address} in ${rounded(performance.now() - begun)} ms`));
      socket.once('secureConnect', () => showCertificate(socket as TLSSocket, line));
    });
    request.on('response', response => {
      const ms = rounded(performance.now() - begun);
      const status = response.statusCode ?? 0;
      line(`HTTP/${response.httpVersion} ${status} ${response.statusMessage ?? ''}`);
      for (const name of shownHeaders) {
        const value = response.headers[name];
        if (value !== undefined) line(`${name}: ${value}`);
      }
      response.destroy();
      resolve(status < 500 ? done('fetched', { status, ms }) : failed('fetched', { status, ms }));
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (signal.aborted) return reject(signal.reason);
      const reason = String(error.code ?? error.message).slice(0, 200);
      line(reason);
      resolve(failed('failed', { reason }));
    });
    request.end();
  });
}

function showCertificate(socket: TLSSocket, line: (text: string) => void): void {
  const { subject, issuer, valid_to: until } = socket.getPeerCertificate();
  line(`${socket.getProtocol() ?? 'TLS'}, certificate of ${subject?.CN ?? '?'}, by ${issuer?.CN ?? '?'}, until ${until ?? '?'}`);
  if (!socket.authorized) line(`certificate not trusted: ${String(socket.authorizationError)}`);
}
