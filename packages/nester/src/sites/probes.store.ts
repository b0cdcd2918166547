import type { CompiledQuery, Kysely } from 'kysely';
import { textOnce } from '../store/prepared.ts';
import type { ProbeTable, Tables } from '../store/schema.ts';

export async function allProbes(db: Kysely<Tables>): Promise<ProbeTable[]> {
  return await db.selectFrom('probe').selectAll().orderBy('enrolled_at').execute();
}

/** What a probe says of itself, and when it was last heard. */
export function noteProbeQuery(db: Kysely<Tables>, row: ProbeTable): CompiledQuery {
  const { name, version, networks, address, last_contact_at, policy_version, spool_depth, clock_skew_ms, machine } = row;
  const said = { name, version, networks, address, last_contact_at, policy_version, spool_depth, clock_skew_ms, machine };
  return textOnce(db, 'note probe', [...Object.values(said), row.probe_id], () =>
    db.updateTable('probe').set(said).where('probe_id', '=', row.probe_id).compile(),
  );
}

/** Another machine with its key, and what becomes of it. */
export function markProbeQuery(db: Kysely<Tables>, probeId: string, marks: Pick<ProbeTable, 'clone' | 'separation'>): CompiledQuery {
  return db.updateTable('probe').set(marks).where('probe_id', '=', probeId).compile();
}

/** Touches no row when the probe was revoked already. */
export function revokeProbeQuery(db: Kysely<Tables>, probeId: string, at: number): CompiledQuery {
  return db.updateTable('probe').set({ revoked_at: at }).where('probe_id', '=', probeId).where('revoked_at', 'is', null).compile();
}
