import { AppError, type Incident, type incidentCommands as specs } from '@aerie/contract';
import type { Kysely } from 'kysely';
import type { Ctx, Handlers } from '../context.ts';
import { newId } from '../new-id.ts';
import { counted } from '../pace.ts';
import { readHead } from '../store/log.ts';
import type { Tables } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { Unit } from '../store/unit.ts';
import { acknowledged, assigned, closed, noted, snoozed, tested } from './acts.ts';
import { type ChangeParts, stageEvent } from './changes.ts';
import { foldedUnder, incidentPage, incidentsByIds } from './incidents.store.ts';
import type { Input } from './machine.ts';
import type { IncidentRecord } from './records.ts';
import { stepsOf } from './timeline.store.ts';
import type { SitesSeen, Watch } from './watch.ts';

/** Lines of a timeline, and folded incidents, that a page shows. */
const shown = 500;

/** Test incidents that one person may raise, within the time after which one is over by itself: each is told to people. */
const tests = 10;
const testsMs = 10 * 60_000;

export interface CommandParts extends ChangeParts {
  store: Store;
  watch: Watch;
  sites: SitesSeen;
  /** An account that may see to incidents; undefined when there is none of that id, or it may not. */
  keeper(userId: string): { name: string } | undefined;
}

export function incidentCommands(parts: CommandParts): Handlers<Exclude<keyof typeof specs, 'incident.export'>> {
  const { store, watch, present } = parts;
  /** When each person raised the last tests, by account. */
  const raised = new Map<string, number[]>();

  /** An act on an incident, in its site's turn, and the audit's record of it. */
  async function act(ctx: Ctx, incidentId: string, action: string, input: (by: string) => Input): Promise<{ incident: Incident }> {
    const record = await requireIncident(ctx.db, incidentId);
    const outcomes = await watch.act(record.siteId, [input(byOf(ctx))], unit => ctx.commitAct(unit, auditOf(parts, record, action)));
    const after = outcomes.at(-1)?.incidents.find(one => one.record.incidentId === incidentId)?.record;
    return { incident: present(after ?? (await requireIncident(ctx.db, incidentId))) };
  }

  return {
    async 'incident.list'(ctx, which) {
      const records = await incidentPage(ctx.db, which);
      return { incidents: records.map(present) };
    },

    async 'incident.show'(ctx, { incidentId }) {
      const read = await store.dialect.readMoment(ctx.db, async trx => {
        const record = await requireIncident(trx, incidentId);
        return {
          seq: (await readHead(trx)).seq,
          record,
          steps: await stepsOf(trx, incidentId, shown),
          folded: await foldedUnder(trx, incidentId, shown),
          parent: record.parentId === null ? undefined : (await incidentsByIds(trx, [record.parentId])).get(record.parentId),
        };
      });
      return {
        seq: read.seq,
        incident: present(read.record),
        steps: read.steps,
        folded: read.folded.map(present),
        parent: read.parent ? present(read.parent) : null,
        deliveries: await parts.telling.deliveriesOf(incidentId),
      };
    },

    'incident.acknowledge': (ctx, { incidentId, note }) =>
      act(ctx, incidentId, 'incident.acknowledge', by => acknowledged(incidentId, by, note?.trim())),

    async 'incident.assign'(ctx, { incidentId, userId }) {
      const keeper = userId === null ? null : parts.keeper(userId);
      if (keeper === undefined) throw new AppError('not_found', { thing: 'person' });
      const to = keeper && { userId: userId!, name: keeper.name };
      return await act(ctx, incidentId, 'incident.assign', by => assigned(incidentId, by, to));
    },

    'incident.snooze': (ctx, { incidentId, until }) => act(ctx, incidentId, 'incident.snooze', by => snoozed(incidentId, by, until)),

    async 'incident.note'(ctx, { incidentId, text }) {
      const note = text.trim();
      if (note === '') throw new AppError('bad_input', { field: 'text', reason: 'empty' });
      const record = await requireIncident(ctx.db, incidentId);
      if (record.state !== 'resolved') return await act(ctx, incidentId, 'incident.note', by => noted(incidentId, by, note));
      // What is over has a timeline all the same.
      const unit = new Unit();
      unit.insert('incident_step', {
        step_id: newId(),
        incident_id: incidentId,
        at: ctx.now(),
        kind: 'noted',
        by_name: byOf(ctx),
        body: note,
      });
      stageEvent(unit, record, false, present);
      await ctx.commitAct(unit, auditOf(parts, record, 'incident.note'));
      return { incident: present(record) };
    },

    'incident.resolve': (ctx, { incidentId, note }) => act(ctx, incidentId, 'incident.resolve', by => closed(incidentId, by, note?.trim())),

    async 'incident.test'(ctx, { siteId }) {
      const site = parts.sites.site(siteId);
      if (!site) throw new AppError('not_found', { thing: 'site' });
      const who = ctx.actor.kind === 'user' ? ctx.actor.userId : byOf(ctx);
      raised.set(who, counted(raised.get(who) ?? [], ctx.now(), tests, testsMs));
      const commit = (unit: Unit) => ctx.commitAct(unit, { action: 'incident.test', subject: site.code, detail: { siteId } });
      await watch.act(siteId, [tested(siteId, byOf(ctx), site.name)], commit);
      return { incident: present(watch.incidentsOf(siteId).get(`test:${siteId}`)!) };
    },
  };
}

async function requireIncident(db: Kysely<Tables>, incidentId: string): Promise<IncidentRecord> {
  const record = (await incidentsByIds(db, [incidentId])).get(incidentId);
  if (!record) throw new AppError('not_found', { thing: 'incident' });
  return record;
}

function byOf({ actor }: Pick<Ctx, 'actor'>): string {
  return actor.kind === 'user' ? actor.name : `(${actor.kind})`;
}

function auditOf({ sites }: CommandParts, { siteId, rule, subject, incidentId }: IncidentRecord, action: string) {
  return { action, subject: `${sites.site(siteId)?.code ?? '?'} ${rule} ${subject}`, detail: { incidentId, siteId } };
}
