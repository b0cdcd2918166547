import { WrongUsage } from '../failure.ts';

/** Where a server is and how one speaks to it. */
export interface Address {
  /** As it is written and kept: `http://127.0.0.1:3000`, `tls://chat.example:12346`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** Frames in a WebSocket; otherwise lines. */
  readonly webSocket: boolean;
  /** Of the WebSocket. */
  readonly path: string;
}

export const defaultUrl = 'http://127.0.0.1:3000';

const schemes: Record<string, { port: number; secure: boolean; webSocket: boolean }> = {
  'http:': { port: 80, secure: false, webSocket: true },
  'https:': { port: 443, secure: true, webSocket: true },
  'tcp:': { port: 12345, secure: false, webSocket: false },
  'tls:': { port: 12346, secure: true, webSocket: false },
};

/** Reads an address as a person types it. @throws WrongUsage */
export function parseAddress(text: string): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url && schemes[url.protocol];
  if (!url || !scheme || url.hostname === '') throw new WrongUsage('address.wrong', { text });
  // What stands in a command line stands in the list of processes and in the shell's history.
  if (url.username !== '' || url.password !== '') throw new WrongUsage('address.secret');
  const port = Number(url.port) || scheme.port;
  const folder = scheme.webSocket ? url.pathname.replace(/\/+$/, '') : '';
  const hostname = url.hostname.toLowerCase();
  return {
    url: `${url.protocol}//${hostname}${port === scheme.port && scheme.webSocket ? '' : `:${port}`}${folder}`,
    host: hostname.replace(/^\[|\]$/g, ''),
    port,
    secure: scheme.secure,
    webSocket: scheme.webSocket,
    path: `${folder}/api/ws`,
  };
}

/** Whether a host is this machine itself: what is sent there passes no network. */
export function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
