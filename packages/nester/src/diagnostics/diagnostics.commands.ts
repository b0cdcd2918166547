import { AppError, type diagnosticCommands as specs } from '@aerie/contract';
import type { Actor, Handlers } from '../context.ts';
import { newId } from '../new-id.ts';
import { counted } from '../pace.ts';
import type { DiagnosticTable } from '../store/schema.ts';
import { Unit } from '../store/unit.ts';
import { notAllowed } from './allowed.ts';
import { diagnosticsOfSite } from './diagnostics.store.ts';
import type { DiagnosticsParts } from './parts.ts';
import { diagnosticOf, type Running } from './running.ts';
import { requestText } from './words.ts';

const atOnce = 4;
const perMinute = 60;
const minuteMs = 60_000;

export function diagnosticCommands(parts: DiagnosticsParts, running: Running): Handlers<keyof typeof specs> {
  const asked = new Map<string, number[]>();

  return {
    async 'diagnostic.start'(ctx, { probeId, request, channelId }) {
      const by = askerOf(ctx.actor);
      const probe = parts.probe(probeId);
      if (!probe) throw new AppError('not_found', { thing: 'probe' });
      if (channelId !== undefined) parts.requireVoice(ctx.actor, channelId);
      const what = notAllowed(probe.policy, request);
      if (what !== undefined) throw new AppError('not_allowed_by_policy', { what });
      if (probe.connectionId === undefined) throw new AppError('probe_away');
      if (running.countOf(probeId) >= atOnce) throw new AppError('diagnostics_full', { count: atOnce });
      const at = ctx.now();
      const who = by.userId ?? by.name;
      asked.set(who, counted(asked.get(who) ?? [], at, perMinute, minuteMs));
      const diagnosticId = newId();
      const row: DiagnosticTable = {
        diagnostic_id: diagnosticId,
        site_id: probe.siteId,
        probe_id: probeId,
        asked_by: by.name,
        asked_by_id: by.userId,
        channel_id: channelId ?? null,
        language: by.language,
        request: JSON.stringify(request),
        state: 'asked',
        lines: '[]',
        summary: null,
        started_at: at,
        ended_at: null,
      };
      running.begin(row, probe.connectionId);
      const detail = { asked: requestText(request), site: probe.siteCode, diagnosticId };
      try {
        await ctx.commitAct(
          new Unit().insert('diagnostic', () => ({ ...row })),
          { action: 'diagnostic.start', subject: probe.name, detail },
        );
      } catch (error) {
        running.forget(diagnosticId);
        throw error;
      }
      running.ask(diagnosticId);
      return { diagnosticId };
    },

    async 'diagnostic.cancel'(ctx, { diagnosticId }) {
      const row = running.row(diagnosticId);
      if (!row) throw new AppError('not_found', { thing: 'diagnostic' });
      const detail = { asked: requestText(diagnosticOf(row).request), diagnosticId };
      await ctx.commitAct(new Unit(), { action: 'diagnostic.cancel', subject: parts.probe(row.probe_id)?.name ?? row.probe_id, detail });
      await running.cancel(diagnosticId);
      return {};
    },

    async 'diagnostic.list'(ctx, { siteId, limit }) {
      const rows = await diagnosticsOfSite(ctx.db, siteId, limit);
      return { diagnostics: rows.map(row => diagnosticOf(running.row(row.diagnostic_id) ?? row)) };
    },

    'diagnostic.report'(ctx, { diagnosticId, lines, end }) {
      if (ctx.actor.kind !== 'probe') throw new AppError('forbidden');
      const { probeId } = ctx.actor;
      // It was cancelled, or forgotten in a restart: the probe need not go on.
      if (!running.heard(probeId, diagnosticId, lines, end))
        parts.bus.publish('whispered', { topic: `probe:${probeId}`, event: 'diagnostic.ended', body: { diagnosticId } });
      return {};
    },
  };
}

function askerOf(actor: Actor): { userId: string | null; name: string; language: 'en' | 'fr' } {
  return actor.kind === 'user' ? actor : { userId: null, name: `(${actor.kind})`, language: 'fr' };
}
