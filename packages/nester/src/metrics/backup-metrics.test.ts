import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import type { BackupFigures } from '../backups/figures.ts';
import { backupMetrics } from './backup-metrics.ts';

it('says what there is, and nothing of a newest backup where there is none', async () => {
  const registry = new Registry();
  let figures: BackupFigures = { backups: 0, newest: undefined, isLate: false, attempts: { made: 0, not_copied: 0, failed: 0 } };
  const look = backupMetrics(async () => figures, [registry]);
  const lines = async () => {
    await look();
    return (await registry.metrics()).split('\n').filter(line => line !== '' && !line.startsWith('#'));
  };
  const none = [
    'aerie_backups 0',
    'aerie_backup_late 0',
    'aerie_backup_attempts_total{outcome="made"} 0',
    'aerie_backup_attempts_total{outcome="not_copied"} 0',
    'aerie_backup_attempts_total{outcome="failed"} 0',
  ];
  expect(await lines()).toEqual(none);

  figures = {
    backups: 2,
    newest: { at: 1_700_000_000_000, ageSeconds: 90, bytes: 4_096 },
    isLate: true,
    attempts: { made: 2, not_copied: 3, failed: 1 },
  };
  expect(await lines()).toEqual([
    'aerie_backups 2',
    'aerie_backup_late 1',
    'aerie_backup_age_seconds 90',
    'aerie_backup_last_success_timestamp_seconds 1700000000',
    'aerie_backup_bytes 4096',
    'aerie_backup_attempts_total{outcome="made"} 2',
    'aerie_backup_attempts_total{outcome="not_copied"} 3',
    'aerie_backup_attempts_total{outcome="failed"} 1',
  ]);

  figures = { backups: 0, newest: undefined, isLate: false, attempts: { made: 0, not_copied: 0, failed: 0 } };
  expect(await lines()).toEqual(none);
});
