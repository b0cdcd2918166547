import { Link } from '@tanstack/react-router';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { useNow } from '../../../ui/time.tsx';
import { severityShape } from '../severity.ts';
import { looksOf, type Span, summaryOf, type WanSeries } from '../wan-history.ts';
import styles from './wan-panel.module.css';

/** What each target was at the moment that is pointed at; the lines' names where none is. */
export function WanReading({ series, at, zone }: { series: WanSeries; at: number | undefined; zone: string }) {
  const { t, times } = useText();
  const { latency, percent } = useFigures();
  const looks = looksOf(series.targets);
  const elsewhere = zone !== Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <div className={styles.reading}>
      <span className={styles.moment}>
        {at === undefined ? t('wan.lines') : times.short(at)}
        {at !== undefined && elsewhere && <span className={styles.faint}> {t('wan.there', { clock: times.clockIn(at, zone), zone })}</span>}
      </span>
      {series.targets.map(({ target, role, points }, n) => {
        const point = at === undefined ? undefined : points.find(each => each.at === at);
        return (
          <span key={target} className={styles.line} data-look={role} data-second={looks[n]!.second || undefined}>
            <svg width="22" height="8" aria-hidden="true">
              <path d="M0 4h22" />
            </svg>
            {t(`wan.role.${role}`)} <span className={styles.mono}>{target}</span>
            {point && (
              <strong>
                {point.medianMs === null ? t('wan.noAnswer') : latency(point.medianMs)}
                {point.loss > 0 && `, ${t('wan.loss', { loss: percent(point.loss) })}`}
              </strong>
            )}
          </span>
        );
      })}
    </div>
  );
}

/** What each target did in the time that is in sight, in figures. */
export function WanTargets({ series, span }: { series: WanSeries; span: Span }) {
  const { t } = useText();
  const { latency, percent } = useFigures();
  if (series.targets.length === 0) return null;
  return (
    <table className={styles.table}>
      <caption>{t('wan.inSight')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('wan.role')}</th>
          <th scope="col">{t('wan.target')}</th>
          <th scope="col">{t('wan.latency')}</th>
          <th scope="col">{t('wan.lowHigh')}</th>
          <th scope="col">{t('wan.lossShort')}</th>
        </tr>
      </thead>
      <tbody>
        {series.targets.map(each => {
          const { median, low, high, loss } = summaryOf(each, span);
          return (
            <tr key={each.target}>
              <td>{t(`wan.role.${each.role}`)}</td>
              <td className={styles.mono}>{each.target}</td>
              <td>{median === null ? t('wan.noAnswer') : latency(median)}</td>
              <td>{low === null || high === null ? '–' : t('wan.range', { low: latency(low), high: latency(high) })}</td>
              <td>{loss === null ? '–' : percent(loss)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** What happened in the time that is in sight: incidents and maintenance, the newest first. */
export function WanEvents({ series, code }: { series: WanSeries; code: string }) {
  const { t, times } = useText();
  const { span } = useFigures();
  const now = useNow();
  const lines = [
    ...series.incidents.map(each => ({
      key: each.incidentId,
      from: each.openedAt,
      to: each.resolvedAt,
      shape: severityShape[each.severity],
      word: t(`severity.${each.severity}`),
      text: t(each.resolvedAt === null ? `incident.is.${each.rule}` : `incident.was.${each.rule}`, { subject: each.subject }),
      isIncident: true,
    })),
    ...series.maintenance.map(each => ({
      key: `maintenance ${each.from} ${each.title}`,
      from: each.from,
      to: each.to as number | null,
      shape: 'maintenance' as const,
      word: t('site.state.maintenance'),
      text: each.title,
      isIncident: false,
    })),
  ].sort((a, b) => b.from - a.from);
  if (lines.length === 0) return null;
  return (
    <>
      <h2 className={styles.title}>{t('wan.happened')}</h2>
      <ul className={styles.events}>
        {lines.map(({ key, from, to, shape, word, text, isIncident }) => (
          <li key={key}>
            <StateMark shape={shape} word={word} />
            {isIncident ? (
              <Link to="/sites/$code" params={{ code }} search={{ tab: 'incidents' }} resetScroll={false}>
                {text}
              </Link>
            ) : (
              <span>{text}</span>
            )}
            <span className={styles.faint}>
              {times.near(from, now)}
              {to === null ? `, ${t('incident.for', { span: span(now - from) })}` : `, ${t('incident.lasted', { span: span(to - from) })}`}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
