import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { onPostgres } from '../../test/databases.ts';
import { restoreDump } from './postgres-dump.ts';
import type { AuditTable } from './schema.ts';

const audit: AuditTable = {
  audit_id: 'a',
  at: 0,
  actor_id: null,
  actor_name: '(local)',
  action: 'backup.restore',
  subject: 'any.dump',
  detail: '{}',
  door: 'local',
  address: 'local',
};

onPostgres('a dump', newDatabase => {
  it.each([
    ['nothing', ''],
    ['it itself', '\\restrict x\n\\unrestrict x\n'],
  ])('runs no program of its maker’s choice, where %s keeps psql from that', async (_, before) => {
    const database = await newDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'aerie-dump-'));
    const path = process.env.PATH;
    try {
      const mark = join(folder, 'mark');
      // As pg_restore wrote it before August 2025.
      const script = `--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.0\n${before}\\! touch ${mark}\n`;
      writeFileSync(join(folder, 'script'), script);
      writeFileSync(join(folder, 'pg_restore'), `#!/bin/sh\nexec cat ${join(folder, 'script')}\n`);
      chmodSync(join(folder, 'pg_restore'), 0o755);
      process.env.PATH = `${folder}:${path}`;
      const restored = restoreDump(database.databaseUrl!, 'any.dump', { epoch: 'e', endSessions: false, audit });
      await expect(restored).rejects.toThrow('pg_restore on this machine is too old to restore a dump safely');
      expect(existsSync(mark)).toBe(false);
    } finally {
      process.env.PATH = path;
      rmSync(folder, { recursive: true });
      await database.remove();
    }
  });
});
