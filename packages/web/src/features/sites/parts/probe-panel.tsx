import type { Policy, Probe } from '@aerie/contract';
import { type ReactNode, useState } from 'react';
import { useMe } from '../../../app/context.ts';
import { useFigures } from '../../../i18n/figures.ts';
import type { Times } from '../../../i18n/times.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import type { SiteDetail } from '../queries.ts';
import { EnrolDialog } from './enrolment.tsx';
import styles from './one-site.module.css';
import { ProbeCard } from './probe-card.tsx';
import { Missing } from './report-card.tsx';

/** What a probe's own page shows, seen from here: how it is, what it follows, what it could not measure. */
export function ProbePanel({ detail }: { detail: SiteDetail }) {
  const { t } = useText();
  const me = useMe();
  const [enrolling, setEnrolling] = useState(false);
  const { probes, policy, site, missing } = detail;
  const enrol = me.role === 'admin' && (
    <Button icon="plus" onClick={() => setEnrolling(true)}>
      {t('enrol.make')}
    </Button>
  );
  return (
    <>
      {probes.length === 0 ? (
        <Blank icon="sites" title={t('probe.none')} action={enrol}>
          {detail.lastReport?.file && t('short.files')}
        </Blank>
      ) : (
        <div className={styles.cards}>
          {probes.map(probe => (
            <ProbeCard key={probe.probeId} probe={probe} policyVersion={policy.version} />
          ))}
          <section className={styles.card}>
            <div className={styles.cardHead}>
              <h2>{t('report.missing')}</h2>
            </div>
            {missing.length === 0 ? <p className={styles.soft}>{t('probe.allMeasured')}</p> : <Missing facts={missing} titled={false} />}
          </section>
          <InForce policy={policy} probes={probes} />
          {enrol && <p>{enrol}</p>}
        </div>
      )}
      {enrolling && <EnrolDialog site={site} onClose={() => setEnrolling(false)} />}
    </>
  );
}

/** What the probe follows, in full. */
function InForce({ policy, probes }: { policy: Policy; probes: readonly Probe[] }) {
  const { t, times } = useText();
  const { span } = useFigures();
  const behind = probes.some(probe => probe.revokedAt === null && probe.policyVersion !== policy.version);
  const joined = (some: readonly string[]) => (some.length === 0 ? t('force.none') : some.join(', '));
  return (
    <section className={`${styles.card} ${styles.wide}`}>
      <div className={styles.cardHead}>
        <h2>{t('force.title')}</h2>
        <span className={behind ? styles.warn : styles.faint}>
          {t(behind ? 'force.behind' : 'force.version', { version: policy.version })}
        </span>
      </div>
      <dl className={styles.tiles}>
        <Fact name={t('policy.ranges')}>{joined(policy.ranges)}</Fact>
        <Fact name={t('force.exclude')}>{joined(policy.exclude)}</Fact>
        <Fact name={t('policy.ports')} broad>
          {policy.ports.replaceAll(',', ', ')}
        </Fact>
        <Fact name={t('force.udp')}>{policy.udpPorts || t('force.none')}</Fact>
        <Fact name={t('force.scan')}>{t('force.every', { span: span(policy.scanEveryMs) })}</Fact>
        <Fact name={t('force.sweep')}>{t('force.every', { span: span(policy.sweepEveryMs) })}</Fact>
        <Fact name={t('force.deep')}>{t('force.every', { span: span(policy.deepEveryMs) })}</Fact>
        <Fact name={t('force.windows')}>{windowsIn(policy, times) ?? t('force.always')}</Fact>
        <Fact name={t('force.heartbeat')}>{t('force.every', { span: span(policy.heartbeatMs) })}</Fact>
        <Fact name={t('wan.role.gateway')}>{t(policy.gateway === 'auto' ? 'force.measured' : 'force.notMeasured')}</Fact>
        <Fact name={t('policy.provider')}>{joined(policy.providerTargets)}</Fact>
        <Fact name={t('policy.targets')}>{joined(policy.wanTargets)}</Fact>
        <Fact name={t('force.dns')}>{joined(policy.dnsNames)}</Fact>
        <Fact name={t('force.http')}>{joined(policy.httpChecks)}</Fact>
        <Fact name={t('force.pace')}>{t('force.packets', { count: policy.packetsPerSecond })}</Fact>
        <Fact name={t('force.hosts')}>{t('force.atMost', { count: policy.maxHosts })}</Fact>
        <Fact name={t('force.backlog')}>{t('force.kbps', { count: policy.backlogKbps })}</Fact>
        <Fact name={t('diagnose.title')}>
          {policy.diagnostics.length === 0 ? t('force.none') : policy.diagnostics.map(each => t(`diagnose.do.${each}`)).join(', ')}
        </Fact>
      </dl>
    </section>
  );
}

function windowsIn({ windows, zone }: Policy, times: Times): string | undefined {
  if (windows.length === 0) return undefined;
  return `${windows.map(({ days, from, to }) => `${days.map(day => times.weekday(day)).join(' ')} ${from}–${to}`).join(', ')} (${zone})`;
}

function Fact({ name, broad = false, children }: { name: string; broad?: boolean; children: ReactNode }) {
  return (
    <div className={broad ? styles.broad : undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
