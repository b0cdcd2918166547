import { type Backup, type BackupAttempt, centre, type Incident, type backupCommands as specs } from '@aerie/contract';
import type { Config } from '../config.ts';
import type { Handlers } from '../context.ts';
import type { Incidents } from '../incidents/room.ts';
import type { Log } from '../log.ts';
import type { Committer } from '../store/commit.ts';
import type { Store } from '../store/store.ts';
import { Unit } from '../store/unit.ts';
import { keptWatch, putAttemptQuery, putWatchedSinceQuery } from './backups.store.ts';
import { type AttemptOutcome, type BackupFigures, outcomeOf } from './figures.ts';
import { listBackups } from './folder.ts';
import { isLate, newestOf, settleMs } from './late.ts';

export interface BackupParts {
  config: Pick<Config, 'backups' | 'backupLateHours' | 'backupCopy'>;
  store: Pick<Store, 'read'>;
  committer: Pick<Committer, 'commit'>;
  log: Log;
  now: () => number;
  incidents: Pick<Incidents, 'observe' | 'rulesChanged'>;
}

/** Looks after whether backups come. They are made by another program. */
export interface Backups {
  readonly commands: Handlers<keyof typeof specs>;
  /** Sees whether a backup should have come, and tells incidents when that changed; called by the clockwork. */
  look(): Promise<void>;
  figures(): Promise<BackupFigures>;
}

/** Opens the room: reads how the last attempt went, and begins to watch when somebody wants to be told. */
export async function openBackups({ config, store, committer, log, now, incidents }: BackupParts): Promise<Backups> {
  const { backups: folder, backupLateHours: lateAfterHours } = config;
  const startedAt = now();
  const kept = await keptWatch(store.read);
  let last = kept.last;
  let watchedSince = kept.watchedSince;
  /** What incidents were last told. */
  let toldLate: boolean | undefined;
  let unreadable: string | undefined;
  const attempts: Record<AttemptOutcome, number> = { made: 0, not_copied: 0, failed: 0 };

  const judged = (backups: readonly { at: number }[]) =>
    isLate({ now: now(), backups, watchedSince: watchedSince ?? startedAt, lateAfterHours });

  /** What can be read, and what is wrong with the rest: a folder that cannot be read holds no backup for us. */
  async function seen(): Promise<{ backups: Backup[]; problem: string | null }> {
    try {
      const backups = await listBackups(folder);
      unreadable = undefined;
      return { backups, problem: last?.problem ?? null };
    } catch (error) {
      const { message } = error as Error;
      if (message !== unreadable) log.warning('BACKUP', 'The folder of the backups cannot be read', { folder, reason: message });
      unreadable = message;
      return { backups: [], problem: message };
    }
  }

  async function beginWatch(): Promise<void> {
    const since = lateAfterHours === 0 ? null : (watchedSince ?? startedAt);
    if (since === watchedSince) return;
    await committer.commit(new Unit().run(putWatchedSinceQuery(store.read, since)));
    watchedSince = since;
  }

  async function look(): Promise<void> {
    if (lateAfterHours === 0) {
      // Nobody wants to be told: what was open is watched no longer.
      if (toldLate === undefined) await incidents.rulesChanged(centre.siteId);
      toldLate = false;
      return;
    }
    const { backups, problem } = await seen();
    const late = judged(backups);
    if (late === toldLate || (late && toldLate === undefined && now() - startedAt < settleMs)) return;
    const unit = new Unit();
    incidents.observe(unit, {
      siteId: centre.siteId,
      rule: 'backup.late',
      subjectId: centre.siteId,
      subject: folder,
      isBad: late,
      detail: detailOf(newestOf(backups, now())?.at ?? null, lateAfterHours, problem),
    });
    await committer.commit(unit);
    toldLate = late;
  }

  await beginWatch();
  return {
    commands: {
      async 'backup.show'() {
        const backups = await listBackups(folder);
        return { folder, backups, last, lateAfterHours, late: judged(backups), copiesTo: config.backupCopy ?? null };
      },
      async 'backup.record'(ctx, attempt) {
        await ctx.commit(new Unit().run(putAttemptQuery(ctx.db, attempt)));
        last = attempt;
        const outcome = outcomeOf(attempt);
        attempts[outcome] += 1;
        const { problem, ...fields } = attempt;
        if (outcome === 'made') log.info('BACKUP', 'A backup was made', fields);
        else if (outcome === 'not_copied') log.warning('BACKUP', 'A backup was made, and not copied', { ...fields, problem });
        else log.error('BACKUP', 'A backup failed', { ...fields, problem });
        await look();
        return {};
      },
    },
    look,
    async figures() {
      const { backups } = await seen();
      const at = now();
      const newest = newestOf(backups, at);
      return {
        backups: backups.length,
        newest: newest && { at: newest.at, ageSeconds: Math.max(0, at - newest.at) / 1_000, bytes: newest.bytes },
        isLate: judged(backups),
        attempts: { ...attempts },
      };
    },
  };
}

/** As much of a problem as an incident's card shows. */
const problemChars = 200;

function detailOf(lastBackupAt: number | null, lateAfterHours: number, problem: BackupAttempt['problem']): Incident['detail'] {
  return { lastBackupAt, lateAfterHours, ...(problem !== null && { problem: problem.slice(0, problemChars) }) };
}
