import { connect, type PeerCertificate } from 'node:tls';
import type { Certificate } from '@aerie/contract/reports';
import { clean } from './findings.ts';

const limitMs = 4_000;

interface Place {
  readonly address: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

/** What a port shows when TLS is begun. Nothing is verified, and nothing is sent but the hello. */
export function certificateOf({ address, port, signal }: Place): Promise<Certificate | undefined> {
  return new Promise(resolve => {
    const socket = connect({
      host: address,
      port,
      // Seen as it is: whether to trust it is not the question.
      rejectUnauthorized: false,
      // Old printers and switches speak nothing newer.
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
      checkServerIdentity: () => undefined,
    });
    const end = (found?: Certificate) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      socket.destroy();
      resolve(found);
    };
    const aborted = () => end();
    const timer = setTimeout(end, limitMs, undefined);
    signal.addEventListener('abort', aborted, { once: true });
    socket.once('secureConnect', () => end(readable(socket.getPeerCertificate())));
    socket.on('error', () => end());
    socket.on('close', () => end());
  });
}

function readable(certificate: PeerCertificate): Certificate | undefined {
  const notAfter = Date.parse(certificate.valid_to ?? '');
  if (!Number.isSafeInteger(notAfter) || notAfter < 0) return undefined;
  return { subject: nameOf(certificate.subject), issuer: nameOf(certificate.issuer), notAfter };
}

/** `CN=printer, O=Example`; the fields that tell most first. */
function nameOf(fields: PeerCertificate['subject'] | undefined): string {
  const parts = Object.entries(fields ?? {}).sort(([a], [b]) => Number(b === 'CN') - Number(a === 'CN'));
  return clean(parts.map(([field, value]) => `${field}=${[value].flat().join('+')}`).join(', '), 200) ?? '';
}
