import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '@aerie/contract';
import type { Ctx, Handlers } from '../context.ts';
import { Unit } from '../store/unit.ts';
import { Challenges } from './challenges.ts';
import { observeProbe, stageSite } from './changes.ts';
import { connectText, isSignedBy } from './enrolment.ts';
import { activeProbes, inTurn, type ProbeRecord } from './ledger.ts';
import type { Shared } from './parts.ts';
import { normalRange } from './policy.ts';
import { revokeProbeQuery } from './probes.store.ts';
import { ReportKeys } from './report-keys.ts';
import { cleanText } from './texts.ts';
import { Turnstile } from './turnstile.ts';

type Names = 'probe.challenge' | 'probe.connect' | 'probe.heartbeat' | 'probe.revoke' | 'probe.scan' | 'probe.separate';

/** After a restart all probes come at once; people who talk must not notice. */
const comingPerSecond = 200;
const comingAtOnce = 50;

export function probeCommands(shared: Shared): Handlers<Names> {
  const { ledger, contacts, clones, bus } = shared;
  const challenges = new Challenges();
  const keys = new ReportKeys();
  const turnstile = new Turnstile({ perSecond: comingPerSecond, atOnce: comingAtOnce });
  return {
    'probe.challenge': ctx => ({ challenge: challenges.give(ctx.caller.connection!.connectionId, ctx.now()), agree: keys.publicKey }),

    async 'probe.connect'(ctx, { probeId, signature, name, version, networks, machine, agree }) {
      const connection = ctx.caller.connection!;
      const challenge = challenges.take(connection.connectionId, ctx.now());
      const waitMs = turnstile.pass();
      if (waitMs > 0) await pause(waitMs);
      const probe = ledger.probe(probeId);
      const text = challenge === undefined ? undefined : connectText(challenge, agree);
      if (!probe || probe.row.revoked_at !== null || text === undefined || !isSignedBy(probe.key, text, signature)) {
        refused(ctx, probe, probeId);
        throw new AppError('probe_refused');
      }
      const { site, row } = probe;
      await clones.admit(ctx, probe, machine, name);
      // Asking the other machine took a while.
      if (row.revoked_at !== null) throw new AppError('probe_refused');
      connection.logInProbe({ kind: 'probe', probeId, siteId: row.site_id, name: row.name });
      const reportKey = agree === undefined ? undefined : keys.agree(probeId, challenge!, agree);
      probe.reportKey = reportKey && { connectionId: connection.connectionId, key: reportKey };
      row.name = cleanText(name).trim() || row.name;
      row.version = cleanText(version);
      row.networks = JSON.stringify(networks.flatMap(network => readableRange(network)));
      row.address = ctx.caller.address;
      contacts.heard(probe, ctx.now());
      contacts.settleSoon(site);
      ctx.log.info('PROBE', 'Probe connected', { probe: probeId, site: site.row.code, version: row.version, address: row.address });
      return { policy: site.policy, now: ctx.now() };
    },

    'probe.heartbeat'(ctx, { at, policyVersion, refusedPolicy, spoolDepth, spoolDropped, scan }) {
      const probe = ctx.actor.kind === 'probe' ? ledger.probe(ctx.actor.probeId) : undefined;
      if (!probe || probe.row.revoked_at !== null) throw new AppError('probe_refused');
      const { site, row } = probe;
      clones.heard(probe, ctx.caller.connection!.connectionId);
      row.policy_version = policyVersion;
      row.spool_depth = spoolDepth;
      probe.spoolDropped = spoolDropped ?? 0;
      probe.refusedPolicy = refusedPolicy ? { version: refusedPolicy.version, reason: cleanText(refusedPolicy.reason) } : null;
      const progress = scan ? { ...scan, phase: cleanText(scan.phase) } : null;
      if (JSON.stringify(progress) !== JSON.stringify(probe.scan)) {
        probe.scan = progress;
        const body = { siteId: row.site_id, probeId: row.probe_id, scan: progress };
        bus.publish('whispered', { topic: 'sites', event: 'site.scanning', body });
      }
      row.clock_skew_ms = at - ctx.now();
      const wasHeard = ledger.hearing(probe, ctx.now()) === 'heard' && probe.toldSilent === false;
      contacts.heard(probe, ctx.now());
      if (!wasHeard) contacts.settleSoon(site);
      // One that was refused is not sent again and again.
      if (policyVersion !== site.policy.version && refusedPolicy?.version !== site.policy.version)
        bus.publish('whispered', { topic: `probe:${row.probe_id}`, event: 'policy.changed', body: { policy: site.policy } });
      return { now: ctx.now() };
    },

    async 'probe.revoke'(ctx, { probeId }) {
      const probe = requireProbe(shared, probeId);
      const { site, row } = probe;
      return await inTurn(site, async () => {
        const at = ctx.now();
        const unit = new Unit().run(revokeProbeQuery(ctx.db, probeId, at), new AppError('not_found', { thing: 'probe' }));
        // Whoever is shut out is not missed.
        observeProbe(shared.observe, unit, probe, false);
        for (const rule of ['wan.latency', 'wan.loss'] as const)
          shared.observe(unit, { siteId: site.row.site_id, rule, subjectId: probeId, subject: probe.row.name, isBad: false, detail: {} });
        stageSite(
          shared,
          unit,
          site,
          {},
          activeProbes(site).filter(one => one !== probe),
        );
        unit.onSettled(written => {
          if (written) row.revoked_at = at;
        });
        await ctx.commitAct(unit, { action: 'probe.revoke', subject: row.name, detail: { probeId, site: site.row.code } });
        bus.publish('probe.revoked', { probeId });
        return {};
      });
    },

    async 'probe.separate'(ctx, { probeId, machine }) {
      const probe = requireProbe(shared, probeId);
      await inTurn(probe.site, () => clones.separate(ctx, probe, machine));
      return {};
    },

    'probe.scan'(_ctx, { probeId }) {
      const probe = requireProbe(shared, probeId);
      if (probe.connectionId === undefined) throw new AppError('probe_away');
      bus.publish('whispered', { topic: `probe:${probeId}`, event: 'probe.asked', body: { do: 'scan' } });
      return {};
    },
  };
}

function requireProbe({ ledger }: Shared, probeId: string): ProbeRecord {
  const probe = ledger.probe(probeId);
  if (!probe || probe.row.revoked_at !== null) throw new AppError('not_found', { thing: 'probe' });
  return probe;
}

/** One that was revoked is no attack: it does not know yet. Others may be guessing; the words are those that fail2ban looks for. */
function refused(ctx: Ctx, probe: ProbeRecord | undefined, probeId: string): void {
  const { address } = ctx.caller;
  if (probe && probe.row.revoked_at !== null) ctx.log.warning('PROBE', 'Revoked probe refused', { probe: probeId, address });
  else ctx.log.warning('LOGIN', `Failed login attempt from ${address}`, { door: 'probe', probe: probeId });
}

/** What a probe says of its networks is offered for authorisation: only what could be authorised. */
function readableRange(network: string): string[] {
  try {
    return [normalRange(network)];
  } catch {
    return [];
  }
}
