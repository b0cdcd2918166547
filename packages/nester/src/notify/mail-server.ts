import { AppError, type CommandOutput, deliveryTrouble } from '@aerie/contract';
import { Unreachable } from './deliveries.ts';

/** The mail server that Aerie sends by, as administrators set it. */
export type MailServer = Omit<NonNullable<CommandOutput<'mail.show'>['server']>, 'hasPassword'>;

/** One message, ready to be sent. */
export interface Mail {
  to: readonly string[];
  subject: string;
  text: string;
  html: string;
  /** Without angle brackets. The same message, sent again, has the same. */
  messageId: string;
  /** The thread that it belongs to. */
  thread: string | undefined;
}

const connectMs = 10_000;
const silentMs = 20_000;

/** What a server says when the trouble is the message or its recipient, and not the server. */
const ofThisMessage: ReadonlySet<string> = new Set(['EENVELOPE', 'EMESSAGE']);

/**
 * Sends a message.
 * @param ca certificates that are trusted besides the usual ones
 * @returns what the server answered, and the recipients that it refused
 * @throws Unreachable when the server cannot be reached, does not let us in, or sends everybody away
 */
export async function sendMail(
  server: MailServer,
  password: string | undefined,
  mail: Mail,
  { signal, ca }: { signal?: AbortSignal; ca?: string | undefined } = {},
): Promise<{ answer: string; refused: string[] }> {
  // Loaded with the first message: it is as large as the rest of a small server.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    host: server.host,
    port: server.port,
    secure: server.tls === 'implicit',
    requireTLS: server.tls === 'starttls',
    ignoreTLS: server.tls === 'none',
    ...(server.user === '' ? {} : { auth: { user: server.user, pass: password ?? '' } }),
    ...(ca === undefined ? {} : { tls: { ca } }),
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    dnsTimeout: connectMs,
    socketTimeout: silentMs,
    // A message of ours is text; nothing in it is ever fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const cut = Promise.withResolvers<never>();
  const onAbort = () => cut.reject(new Unreachable(deliveryTrouble('stopping')));
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const sent = await Promise.race([
      transport.sendMail({
        from: { name: 'Aerie', address: server.from },
        to: [...mail.to],
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        messageId: `<${mail.messageId}>`,
        ...(mail.thread === undefined ? {} : { references: `<${mail.thread}>`, inReplyTo: `<${mail.thread}>` }),
        // RFC 3834: no out-of-office note is to answer this.
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      }),
      cut.promise,
    ]);
    return { answer: sent.response, refused: sent.rejected.map(String) };
  } catch (error) {
    throw asTrouble(error as Error & { code?: string; responseCode?: number });
  } finally {
    signal?.removeEventListener('abort', onAbort);
    transport.close();
  }
}

function asTrouble(error: Error & { code?: string; responseCode?: number }): Error {
  // 421: the server is about to close (RFC 5321, section 3.8).
  if (ofThisMessage.has(error.code ?? '') && error.responseCode !== 421) return new Error(error.message);
  return new Unreachable(error.message);
}

const loopback = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/** @throws AppError when a password would travel in the clear */
export function requireSafe({ user, tls, host }: MailServer): void {
  if (user !== '' && tls === 'none' && !loopback.test(host))
    throw new AppError('bad_input', { field: 'tls', reason: 'password_in_the_clear' });
}
