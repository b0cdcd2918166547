import type { Handlers } from '../context.ts';
import { Unit } from '../store/unit.ts';
import { commitAct } from './audit.ts';
import { addSession, enter, requireFreeConnection } from './entrance.ts';
import { requireOpenInvitation } from './invitations.commands.ts';
import { revokeSetupQuery } from './invitations.store.ts';
import { linkOf, newInvitation, setupMs } from './invitations.ts';
import { newAccount, orUserExists } from './new-account.ts';
import type { Shared } from './parts.ts';
import { seenUserQuery } from './users.store.ts';

export function setupCommands(shared: Shared): Handlers<'server.show' | 'setup.complete' | 'setup.renew'> {
  return {
    'server.show'() {
      const { version, directory, config } = shared;
      return {
        name: 'Aerie',
        version,
        setupNeeded: !directory.hasAdmin(),
        registration: config.registration,
        guests: config.guests,
        passwordMin: config.passwordMin,
      };
    },

    async 'setup.complete'(ctx, { token, name, password, language, device }) {
      requireFreeConnection(ctx);
      const invitation = await requireOpenInvitation(shared, ctx, token, 'setup');
      const { row, unit } = await newAccount(shared, { name, password, role: 'admin', language }, invitation);
      const entry = addSession(unit, ctx, row, { device });
      unit.run(seenUserQuery(ctx.db, { userId: row.user_id, at: ctx.now() }));
      const by = { userId: row.user_id, name: row.name };
      await orUserExists(commitAct(ctx, unit, { action: 'setup.complete', subject: row.name, detail: { role: 'admin' }, by }));
      return await enter(shared, ctx, entry);
    },

    async 'setup.renew'(ctx) {
      const { unit, link, expiresAt } = newSetupLink(shared);
      await commitAct(ctx, unit, { action: 'setup.renew', subject: 'setup link', detail: { expiresAt } });
      return { link, expiresAt };
    },
  };
}

/** Prepares a set-up link; the ones before it stop working. */
export function newSetupLink({ store, now, publicUrl }: Shared): { unit: Unit; link: string; expiresAt: number } {
  const at = now();
  const { row, token } = newInvitation({ kind: 'setup', role: 'admin', createdBy: null, at, lastsMs: setupMs });
  const unit = new Unit().run(revokeSetupQuery(store.read, at)).insert('invitation', row);
  return { unit, link: linkOf('setup', publicUrl(), token), expiresAt: row.expires_at };
}
