import { deliveryTrouble } from '@aerie/contract';
import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import type { Courier } from './deliveries.ts';
import { type MailServer, sendMail } from './mail-server.ts';
import { mailOf } from './mail-text.ts';
import type { TellableSite } from './routes.ts';
import { readSettings } from './settings.store.ts';

/** The settings under which the mail server is kept. */
export const mailSettings = { server: 'mail', password: 'mail.password' } as const;

/** Opens what another part sealed. */
export interface SealedTexts {
  seal(text: string, purpose: string): string;
  open(sealed: string, purpose: string): string;
}

/** The mail server as it is kept; undefined when none was set. `password` opens the sealed one. */
export async function keptMailServer(
  db: Kysely<Tables>,
  secrets: SealedTexts,
): Promise<{ server: MailServer; sealed: string | undefined; password(): string | undefined } | undefined> {
  const settings = await readSettings(db, Object.values(mailSettings));
  const server = settings.get(mailSettings.server);
  const sealed = settings.get(mailSettings.password);
  if (server === undefined) return undefined;
  return {
    server: JSON.parse(server) as MailServer,
    sealed,
    password: () => (sealed === undefined ? undefined : secrets.open(sealed, mailSettings.password)),
  };
}

/** Tells incidents by mail. */
export function mailCourier(parts: {
  db: Kysely<Tables>;
  secrets: SealedTexts;
  publicUrl(): string;
  site(siteId: string): TellableSite | undefined;
  ca?: string | undefined;
}): Courier {
  return {
    async tell(errand, signal) {
      const { target } = errand.route;
      if (target.kind !== 'mail') throw new Error('this is no mail route');
      const kept = await keptMailServer(parts.db, parts.secrets);
      if (!kept) throw new Error(deliveryTrouble('no_mail_server'));
      const mail = { ...mailOf(errand, { publicUrl: parts.publicUrl(), site: parts.site }), to: target.to };
      const { refused } = await sendMail(kept.server, kept.password(), mail, { signal, ca: parts.ca });
      return refused.length === 0 ? undefined : deliveryTrouble('refused_for', { addresses: refused.join(', ') });
    },
  };
}
