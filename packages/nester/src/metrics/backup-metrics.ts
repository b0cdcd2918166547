import { Counter, Gauge, type Registry } from 'prom-client';
import { attemptOutcomes, type BackupFigures } from '../backups/figures.ts';

/** Gauges of the backups, set anew at each scrape. What is said of the newest backup is absent where there is none. */
export function backupMetrics(look: () => Promise<BackupFigures>, registers: Registry[]): () => Promise<void> {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const count = gauge('aerie_backups', 'Backups that there are.');
  const late = gauge('aerie_backup_late', '1 when a backup should have come, as AERIE_BACKUP_LATE_HOURS says.');
  const age = gauge('aerie_backup_age_seconds', 'Age of the newest backup. Absent: there is none.');
  const madeAt = gauge('aerie_backup_last_success_timestamp_seconds', 'When the newest backup was made. Absent: there is none.');
  const bytes = gauge('aerie_backup_bytes', 'Size of the newest backup. Absent: there is none.');
  const attempts = new Counter({
    name: 'aerie_backup_attempts_total',
    help: 'Attempts to make a backup that Nester was told of since it was started.',
    labelNames: ['outcome'],
    registers,
  });
  return async () => {
    const figures = await look();
    count.set(figures.backups);
    late.set(figures.isLate ? 1 : 0);
    const { newest } = figures;
    for (const one of [age, madeAt, bytes]) one.remove();
    if (newest) {
      age.set(newest.ageSeconds);
      madeAt.set(newest.at / 1_000);
      bytes.set(newest.bytes);
    }
    attempts.reset();
    for (const outcome of attemptOutcomes) attempts.inc({ outcome }, figures.attempts[outcome]);
  };
}
