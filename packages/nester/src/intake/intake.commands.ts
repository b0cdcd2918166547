import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, type IntakeFile, type Language, type intakeCommands as specs } from '@aerie/contract';
import type { Ctx, Handlers } from '../context.ts';
import { fileTimesOf, readReport } from '../sites/reports.ts';
import type { IntakeTable } from '../store/schema.ts';
import { Unit } from '../store/unit.ts';
import { headOf, type NotPlain, type PlainFile, readAny, removeFile } from './files.ts';
import {
  countWaiting,
  forgetAliasQuery,
  intakeBefore,
  intakeByDigest,
  intakeById,
  requireSame,
  updateIntakeQuery,
} from './intake.store.ts';
import type { About, Verdict } from './judging.ts';
import { franchiseKey } from './names.ts';
import type { IntakeParts, Place } from './parts.ts';
import { keptReason, type Reason, reason, sentenceOf } from './reasons.ts';
import type { Taker } from './taker.ts';
import { cleanHead } from './text.ts';

const headBytes = 16 * 1_024;
/** So many that wait are looked at when somebody says whose a file is. */
const mostAlike = 1_000;
/** What a terminal left behind is removed after this. */
const abandonedMs = 3_600_000;

/** What the room's commands share. */
export interface Shared extends IntakeParts {
  /** Which site a franchise is, as people said. */
  readonly aliases: Map<string, string>;
  readonly taker: Taker;
  judge(found: PlainFile | NotPlain, about: About): Promise<Verdict>;
}

/** @returns besides the commands, what waits for the work that goes on after an answer */
export function intakeCommands(shared: Shared): { commands: Handlers<keyof typeof specs>; whenIdle: () => Promise<void> } {
  const { store, sites, folder } = shared;
  let after: Promise<unknown> = Promise.resolve();

  async function requireWaiting(intakeId: string): Promise<IntakeTable & { place: string }> {
    const row = await intakeById(store.read, intakeId);
    if (!row) throw new AppError('not_found', { thing: 'file' });
    if (row.place === null || (row.state !== 'quarantined' && row.state !== 'unassigned')) throw new AppError('conflict');
    return { ...row, place: row.place };
  }

  /** Reads a file that waits once more, and does with it what is to be done now. */
  async function again(
    row: IntakeTable & { place: string },
    place: Place | undefined,
    ctx?: { ctx: Ctx; action: string },
  ): Promise<IntakeTable> {
    const path = join(folder, row.place);
    const found = await readAny(path);
    if (!found) throw refused(reason('gone'));
    const verdict = await shared.judge(found, { name: row.name, folder: row.site_code, place });
    const learned = ctx && place ? verdict.aliases.map(franchiseKey).filter(alias => alias !== '') : [];
    const settled = await shared.taker.settle(verdict, path, {
      known: row,
      also: unit => {
        for (const alias of learned) stageAlias(unit, alias, place!.siteId);
      },
      ...(ctx
        ? {
            commit: unit =>
              ctx.ctx.commitAct(unit, {
                action: ctx.action,
                subject: row.name,
                detail: { intakeId: row.intake_id, site: place?.code ?? null, becomes: verdict.state },
              }),
          }
        : {}),
    });
    return settled.row;
  }

  function stageAlias(unit: Unit, alias: string, siteId: string): void {
    unit.run(forgetAliasQuery(store.read, alias)).insert('site_alias', { alias, site_id: siteId });
    unit.onSettled(written => {
      if (written) shared.aliases.set(alias, siteId);
    });
  }

  /** Others of the same franchise need nobody to say it again. */
  async function takeAlike(row: IntakeTable): Promise<void> {
    if (row.hint === null) return;
    const key = franchiseKey(row.hint);
    for (const other of await intakeBefore(store.read, { state: 'unassigned', limit: mostAlike })) {
      if (other.place === null || other.hint === null || franchiseKey(other.hint) !== key) continue;
      // One that is gone, or that somebody else sees to, keeps nobody from the rest.
      await again({ ...other, place: other.place }, undefined).catch((error: Error) => {
        shared.log.warning('REPORT', 'A file of the same franchise waits on', { file: other.name, reason: error.message });
      });
    }
  }

  async function requireUpload(upload: string): Promise<{ path: string; found: PlainFile | NotPlain }> {
    const uploads = join(folder, 'inbox', '.upload');
    await removeAbandoned(uploads);
    const path = join(uploads, upload);
    const found = await readAny(path);
    if (!found) throw new AppError('not_found', { thing: 'file' });
    return { path, found };
  }

  const commands: Handlers<keyof typeof specs> = {
    async 'intake.list'(ctx, { state, before, limit }) {
      const rows = await intakeBefore(ctx.db, { state, before, limit });
      return { files: rows.map(row => fileOf(row, languageOf(ctx))), waiting: await countWaiting(ctx.db) };
    },

    async 'intake.show'(ctx, { intakeId }) {
      const row = await intakeById(ctx.db, intakeId);
      if (!row) throw new AppError('not_found', { thing: 'file' });
      const head = row.place === null ? undefined : await headOf(join(folder, row.place), headBytes);
      return { file: fileOf(row, languageOf(ctx)), head: head ? cleanHead(head) : '' };
    },

    async 'intake.assign'(ctx, { intakeId, siteId }) {
      const row = await requireWaiting(intakeId);
      const place = sites.place(siteId);
      if (!place) throw new AppError('not_found', { thing: 'site' });
      const taken = await again(row, place, { ctx, action: 'intake.assign' });
      if (taken.state === 'taken')
        after = after
          .then(() => takeAlike(taken))
          .catch((error: Error) => {
            shared.log.warning('REPORT', 'Other files of the same franchise wait on', { reason: error.message });
          });
      return { file: fileOf(taken, languageOf(ctx)) };
    },

    async 'intake.retry'(ctx, { intakeId, siteId }) {
      const row = await requireWaiting(intakeId);
      const place = siteId === undefined ? undefined : sites.place(siteId);
      if (siteId !== undefined && !place) throw new AppError('not_found', { thing: 'site' });
      return { file: fileOf(await again(row, place, { ctx, action: 'intake.retry' }), languageOf(ctx)) };
    },

    async 'intake.discard'(ctx, { intakeId }) {
      const row = await requireWaiting(intakeId);
      const changes = { state: 'discarded' as const, place: null };
      await shared.taker.inTurn(row.digest, async () => {
        await requireSame(store.read, row);
        const unit = new Unit().run(updateIntakeQuery(store.read, intakeId, changes));
        await ctx.commitAct(unit, { action: 'intake.discard', subject: row.name, detail: { intakeId, bytes: row.bytes } });
        const path = join(folder, row.place);
        await removeFile(path);
        await removeFile(`${path}.reason`);
      });
      return { file: fileOf({ ...row, ...changes }, languageOf(ctx)) };
    },

    async 'intake.take'(ctx, { upload, name, siteCode, dryRun }) {
      const { path, found } = await requireUpload(upload);
      try {
        const place = siteCode === undefined ? undefined : sites.placeByCode(siteCode.toUpperCase());
        if (siteCode !== undefined && !place) throw new AppError('not_found', { thing: 'site' });
        const verdict = await shared.judge(found, { name, folder: null, place });
        // Whoever waits for the answer has the file, and hears what is wrong with it: it needs no quarantine.
        const report = verdict.state === 'taken' ? verdict.report : undefined;
        if (!report || !verdict.place || !verdict.shape) throw refused(verdict.reason);
        readReport(Buffer.from(JSON.stringify(report)));
        fileTimesOf(report, null, ctx.now());
        const before = await intakeByDigest(ctx.db, verdict.digest);
        if (before?.state === 'taken' && before.site_id !== verdict.place.siteId)
          throw refused(reason('other_site', { code: sites.place(before.site_id ?? '')?.code ?? '?' }));
        const answer = {
          shape: verdict.shape,
          siteId: verdict.place.siteId,
          siteCode: verdict.place.code,
          madeAt: report.finishedAt,
          hosts: report.hosts.length,
          missing: report.missing,
        };
        const owner = await sites.siteOfReport(report.reportId);
        if (dryRun) return { ...answer, isDouble: before?.state === 'taken' || owner !== undefined };
        const { row, isDouble } = await shared.taker.settle(verdict, path, {
          commit: unit =>
            ctx.commitAct(unit, { action: 'intake.take', subject: name, detail: { site: answer.siteCode, hosts: answer.hosts } }),
        });
        if (row.state !== 'taken') throw refused(keptReason(row.reason));
        return { ...answer, isDouble };
      } finally {
        await removeFile(path);
      }
    },
  };
  return {
    commands,
    async whenIdle() {
      await after;
    },
  };
}

/** A file as lists show it. */
function fileOf(row: IntakeTable, language: Language): IntakeFile {
  const why = keptReason(row.reason);
  return {
    intakeId: row.intake_id,
    name: row.name,
    bytes: row.bytes,
    at: row.at,
    state: row.state,
    shape: row.shape,
    reason: why && sentenceOf(why, language),
    siteId: row.site_id,
    siteCode: row.site_code,
    hint: row.hint,
    reportIds: JSON.parse(row.report_ids),
    hosts: row.hosts,
    madeAt: row.made_at,
    doubles: row.doubles,
  };
}

function languageOf({ actor }: Ctx): Language {
  return actor.kind === 'user' ? actor.language : 'en';
}

function refused(why: Reason | null): AppError {
  // The error's own sentence goes on from here.
  const text = why === null ? '' : sentenceOf(why, 'en').replace(/\.$/, '');
  return new AppError('bad_report', { reason: text.charAt(0).toLowerCase() + text.slice(1) });
}

/** Uploads of terminals that were closed before their end. When one was put there its status says: its time is the file's own. */
async function removeAbandoned(uploads: string): Promise<void> {
  for (const name of await readdir(uploads).catch(() => [])) {
    const path = join(uploads, name);
    const stats = await stat(path).catch(() => undefined);
    if (stats && Date.now() - stats.ctimeMs > abandonedMs) await removeFile(path);
  }
}
