import { AppError } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import { newId } from '../new-id.ts';
import type { ProbeTable } from '../store/schema.ts';
import { Unit } from '../store/unit.ts';
import { stageSite } from './changes.ts';
import { enrolmentByHash, sweepCodesQuery, useCodeQuery } from './enrolment.store.ts';
import { codeHash, codeMs, enrolmentCommand, newCode, publicKeyOf } from './enrolment.ts';
import { activeProbes, inTurn } from './ledger.ts';
import type { Shared } from './parts.ts';
import { requireSite } from './sites.commands.ts';
import { cleanText } from './texts.ts';

export function enrolmentCommands(shared: Shared): Handlers<'probe.code' | 'probe.enrol'> {
  const { ledger, clones } = shared;
  return {
    async 'probe.code'(ctx, { siteId }) {
      const { row: site } = requireSite(shared, siteId);
      const pin = shared.pin();
      const bare = newCode();
      const code = pin === undefined ? bare : `${bare}.${pin}`;
      const at = ctx.now();
      const expiresAt = at + codeMs;
      const unit = new Unit()
        .run(sweepCodesQuery(ctx.db, at - codeMs))
        .insert('enrolment', { code_hash: codeHash(bare), site_id: siteId, created_at: at, expires_at: expiresAt, used_at: null });
      await ctx.commitAct(unit, { action: 'probe.code', subject: site.code, detail: { siteId, expiresAt } });
      const command = enrolmentCommand(shared.publicUrl(), code);
      const install = await shared.installLine(code);
      return { code, expiresAt, line: install ?? `npx ${command}`, installs: install !== undefined, command };
    },

    async 'probe.enrol'(ctx, { code, publicKey, name: typed, version }) {
      if (!publicKeyOf(publicKey)) throw new AppError('bad_input', { field: 'publicKey', reason: 'it is not an Ed25519 key' });
      const hash = codeHash(code);
      const enrolment = await enrolmentByHash(ctx.db, hash);
      const record = enrolment && ledger.site(enrolment.site_id);
      if (!enrolment || !record || enrolment.used_at !== null || enrolment.expires_at <= ctx.now()) {
        // The words that fail2ban looks for: a code is guessed at like a password.
        ctx.log.warning('LOGIN', `Failed login attempt from ${ctx.caller.address}`, { door: 'probe', why: 'code' });
        throw new AppError('code_invalid');
      }
      const name = cleanText(typed).trim() || 'probe';
      const row = newProbeRow({
        siteId: enrolment.site_id,
        publicKey,
        name,
        version: cleanText(version),
        address: ctx.caller.address,
        at: ctx.now(),
      });
      const probe = ledger.newProbe(row)!;
      return await inTurn(record, async () => {
        const unit = new Unit().run(useCodeQuery(ctx.db, hash, ctx.now()), new AppError('code_invalid')).insert('probe', row);
        stageSite(shared, unit, record, {}, [...activeProbes(record), probe]);
        clones.stageJoined(unit, record.probes, hash);
        unit.onSettled(written => {
          if (written) ledger.admit(probe);
        });
        const { site_id: siteId, code: siteCode, name: siteName } = record.row;
        const act = { action: 'probe.enrol', subject: name, detail: { probeId: row.probe_id, siteId, site: siteCode } };
        await ctx.commitAct(unit, act);
        ctx.log.info('PROBE', 'Probe enrolled', { probe: row.probe_id, site: siteCode, name, address: ctx.caller.address });
        return { probeId: row.probe_id, siteCode, siteName, policy: record.policy };
      });
    },
  };
}

function newProbeRow(fields: {
  siteId: string;
  publicKey: string;
  name: string;
  version: string;
  address: string;
  at: number;
}): ProbeTable {
  return {
    probe_id: newId(),
    site_id: fields.siteId,
    public_key: fields.publicKey,
    name: fields.name,
    version: fields.version,
    networks: '[]',
    address: fields.address,
    enrolled_at: fields.at,
    last_contact_at: null,
    revoked_at: null,
    policy_version: null,
    spool_depth: 0,
    clock_skew_ms: null,
    machine: null,
    clone: null,
    separation: null,
  };
}
