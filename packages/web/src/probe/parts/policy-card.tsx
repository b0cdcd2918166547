import type { Policy } from '@aerie/contract';
import { useWords } from '../words.tsx';
import styles from './cards.module.css';
import { Card, Fact, Facts } from './facts.tsx';

/** What the probe may touch and how often: what holds here, whatever was asked of it. */
export function PolicyCard({ policy }: { policy: Policy }) {
  const { t, language, figures, list } = useWords();
  // 1 January 2024 was a Monday.
  const weekday = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' });
  const dayName = (day: number) => weekday.format(Date.UTC(2024, 0, day));
  // Round minutes in words; what is shorter in seconds.
  const every = (ms: number) => (ms % 60_000 === 0 ? figures.length(ms) : figures.span(ms));
  const targets = [...(policy.gateway === 'auto' ? [t('now.gatewayToo')] : []), ...policy.providerTargets, ...policy.wanTargets];
  return (
    <Card title={t('now.policy')} wide aside={<span className={styles.faint}>{t('now.policyVersion', { version: policy.version })}</span>}>
      <Facts>
        <Fact name={t('now.ranges')} mono={policy.ranges.length > 0}>
          {policy.ranges.length > 0 ? policy.ranges.join(', ') : t('now.nothing')}
        </Fact>
        <Fact name={t('now.exclude')} mono>
          {policy.exclude.join(', ')}
        </Fact>
        <Fact name={t('now.every')}>{every(policy.scanEveryMs)}</Fact>
        <Fact name={t('now.sweepEvery')}>{every(policy.sweepEveryMs)}</Fact>
        <Fact name={t('now.windows')}>
          {policy.windows
            .map(({ days, from, to }) => t('now.window', { days: list(days.map(dayName)), from, to, zone: policy.zone }))
            .join(' ; ')}
        </Fact>
        <Fact name={t('now.targets')}>{targets.length > 0 ? targets.join(', ') : t('now.nothing')}</Fact>
        <Fact name={t('now.ports')} mono>
          {policy.ports.replaceAll(',', ', ')}
        </Fact>
        <Fact name={t('now.udp')} mono>
          {policy.udpPorts.replaceAll(',', ', ')}
        </Fact>
      </Facts>
    </Card>
  );
}
