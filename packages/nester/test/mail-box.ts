import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A message as it came in. */
export interface Arrived {
  to: string[];
  /** Names in lower case; folded lines joined, words decoded. */
  headers: Map<string, string[]>;
  raw: string;
  text: string;
  html: string;
  /** Whether it came inside TLS. */
  secure: boolean;
}

/** A real mail server on loopback that keeps what it is sent. */
export class MailBox {
  readonly arrived: Arrived[] = [];
  /** Passwords that it was shown. */
  readonly passwords: string[] = [];
  readonly port: number;
  readonly #server: SMTPServer;
  readonly #listeners = new Set<() => void>();

  private constructor(server: SMTPServer, port: number) {
    this.#server = server;
    this.port = port;
  }

  /**
   * @param user who may send; without one nobody has to say who they are
   * @param refuse recipients that it does not know
   */
  static async open({
    port = 0,
    user,
    password,
    refuse = [],
    ...options
  }: SMTPServerOptions & { port?: number; user?: string; password?: string; refuse?: string[] } = {}): Promise<MailBox> {
    let box: MailBox | undefined;
    const server = new SMTPServer({
      authOptional: user === undefined,
      // Whether a client sends its password in the clear is for the client to decide.
      allowInsecureAuth: true,
      disableReverseLookup: true,
      closeTimeout: 100,
      // Without a certificate of the test's own there is no TLS.
      ...(options.cert === undefined ? { disabledCommands: ['STARTTLS'], hideSTARTTLS: true } : {}),
      onAuth({ username, password: given }, _session, done) {
        box!.passwords.push(given ?? '');
        if (username === user && given === password) done(null, { user: username });
        else done(new Error('wrong password'));
      },
      onRcptTo({ address }, _session, done) {
        done(refuse.includes(address) ? Object.assign(new Error('no such mailbox'), { responseCode: 550 }) : null);
      },
      onData(stream, session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const to = session.envelope.rcptTo.map(({ address }) => address);
          box!.arrived.push({ to, secure: session.secure, ...read(Buffer.concat(chunks).toString('utf8')) });
          done(null);
          for (const listener of box!.#listeners) listener();
        });
      },
      ...options,
    });
    // A client that breaks off is no fault of the test's.
    server.on('error', () => {});
    server.listen(port, '127.0.0.1');
    await once(server.server, 'listening');
    box = new MailBox(server, (server.server.address() as AddressInfo).port);
    return box;
  }

  /** Resolves when so many messages have come. */
  async got(count: number): Promise<void> {
    while (this.arrived.length < count)
      await new Promise<void>(resolve => {
        const listener = () => {
          this.#listeners.delete(listener);
          resolve();
        };
        this.#listeners.add(listener);
      });
  }

  async close(): Promise<void> {
    await new Promise<void>(resolve => this.#server.close(() => resolve()));
  }
}

function read(raw: string): Omit<Arrived, 'to' | 'secure'> {
  const { headers, body } = split(raw);
  const boundary = /boundary="([^"]+)"/.exec(headers.get('content-type')?.[0] ?? '')?.[1];
  const parts = boundary
    ? body
        .split(`--${boundary}`)
        .slice(1, -1)
        .map(part => split(part.replace(/^\r\n/, '')))
    : [];
  const part = (type: string) => {
    const found = parts.find(one => one.headers.get('content-type')?.[0]?.startsWith(type));
    return found ? decoded(found.body, found.headers.get('content-transfer-encoding')?.[0] ?? '') : '';
  };
  return { raw, headers, text: part('text/plain'), html: part('text/html') };
}

function split(text: string): { headers: Map<string, string[]>; body: string } {
  const end = text.indexOf('\r\n\r\n');
  const headers = new Map<string, string[]>();
  for (const line of text
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line
      .slice(colon + 1)
      .trim()
      // Between two encoded words a space only separates (RFC 2047, section 6.2).
      .replace(/\?= =\?/g, '?==?')
      .replace(/=\?utf-8\?(q|b)\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
        kind.toLowerCase() === 'b' ? Buffer.from(word, 'base64').toString('utf8') : quoted(word.replaceAll('_', ' ')),
      );
    headers.set(name, [...(headers.get(name) ?? []), value]);
  }
  return { headers, body: text.slice(end + 4) };
}

function decoded(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  return encoding === 'quoted-printable' ? quoted(body.replace(/=\r\n/g, '')) : body;
}

function quoted(text: string): string {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
