import { AppError, deliveryTrouble } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import { newId } from '../new-id.ts';
import { Unit } from '../store/unit.ts';
import { keptMailServer, mailSettings } from './mail-courier.ts';
import { requireSafe, sendMail } from './mail-server.ts';
import { testMail } from './mail-text.ts';
import { oneLine } from './one-line.ts';
import type { Shared } from './parts.ts';
import { removeSettingsQuery, setSettingQuery } from './settings.store.ts';

export function mailCommands(shared: Shared): Handlers<'mail.show' | 'mail.set' | 'mail.test'> {
  const { secrets, book, outbox } = shared;
  return {
    async 'mail.show'(ctx) {
      const kept = await keptMailServer(ctx.db, secrets);
      return { server: kept ? { ...kept.server, hasPassword: kept.sealed !== undefined } : null };
    },

    async 'mail.set'(ctx, { server, password }) {
      const before = await keptMailServer(ctx.db, secrets);
      const unit = new Unit();
      if (server === null) {
        unit.run(removeSettingsQuery(ctx.db, Object.values(mailSettings)));
      } else {
        requireSafe(server);
        const isElsewhere = before?.server.host !== server.host || before.server.port !== server.port;
        // Else whoever may set the server could have the password sent to one of their own.
        if (before?.sealed !== undefined && isElsewhere && password === undefined && server.user !== '')
          throw new AppError('bad_input', { field: 'password', reason: 'password_again' });
        unit.run(setSettingQuery(ctx.db, mailSettings.server, JSON.stringify(server)));
        if (password !== undefined && password !== '')
          unit.run(setSettingQuery(ctx.db, mailSettings.password, secrets.seal(password, mailSettings.password)));
        else if (password === '' || server.user === '') unit.run(removeSettingsQuery(ctx.db, [mailSettings.password]));
      }
      const detail = server ? { port: server.port, tls: server.tls, user: server.user, from: server.from } : {};
      await ctx.commitAct(unit, { action: 'mail.set', subject: server?.host ?? '(none)', detail });
      // What waited for a mail server goes now.
      for (const route of book.all()) if (route.target.kind === 'mail') outbox.hurry(route.row.route_id);
      return {};
    },

    async 'mail.test'(ctx, { to }) {
      const kept = await keptMailServer(ctx.db, secrets);
      if (!kept) return { sent: false, answer: deliveryTrouble('no_mail_server') };
      const language = ctx.actor.kind === 'user' ? ctx.actor.language : 'en';
      const result = { sent: false, answer: '' };
      try {
        const mail = { ...testMail(newId(), language, shared.publicUrl()), to: [to] };
        const { answer } = await sendMail(kept.server, kept.password(), mail, { ca: shared.ca });
        result.sent = true;
        result.answer = answer;
      } catch (error) {
        result.answer = (error as Error).message;
      }
      result.answer = oneLine(result.answer).slice(0, 300);
      await ctx.commitAct(new Unit(), { action: 'mail.test', subject: to, detail: { sent: result.sent } });
      return result;
    },
  };
}
