import type { Incident } from '@aerie/contract';
import { useQuery } from '@tanstack/react-query';
import { useConnection } from '../../../app/context.ts';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { useNow } from '../../../ui/time.tsx';
import { aroundShape, spanAround } from '../wan-around.ts';
import styles from './wan-around.module.css';

const size = { width: 360, height: 56 };
const points = 120;
const stepMs = 60_000;

/** The link around an incident: latency as a line, lost packets as bars, the incident as a band behind them. */
export function WanAround({ incident }: { incident: Incident }) {
  const { t, times } = useText();
  const figures = useFigures();
  const connection = useConnection();
  const now = useNow();
  const { incidentId, siteId, resolvedAt } = incident;
  const { data, isError } = useQuery({
    queryKey: ['series.wan', siteId, 'around', incidentId, resolvedAt],
    staleTime: resolvedAt === null ? stepMs : Number.POSITIVE_INFINITY,
    refetchInterval: resolvedAt === null ? stepMs : false,
    queryFn: async () => {
      const span = spanAround(incident, Date.now());
      const { targets } = await connection.call('series.wan', { siteId, from: Math.round(span.from), to: Math.round(span.to), points });
      // Rules are about the way to the Internet; a site without such a target shows the farthest that it has.
      return (targets.find(each => each.role === 'internet') ?? targets.at(-1))?.points ?? [];
    },
  });
  if (isError) return null;
  if (!data) return <div className={styles.waiting} />;
  const span = spanAround(incident, now);
  const shape = aroundShape(data, span, incident, size);
  if (shape.highMs === undefined && shape.bars === '') return <p className={styles.axis}>{t('incident.curveNone')}</p>;
  const high = shape.highMs === undefined ? '–' : figures.latency(shape.highMs);
  return (
    <figure className={styles.figure}>
      <svg
        viewBox={`0 0 ${size.width} ${size.height}`}
        height={size.height}
        preserveAspectRatio="none"
        role="img"
        aria-label={t('incident.curve', { high, loss: figures.percent(shape.worstLoss) })}
      >
        <rect x={shape.band.x} width={shape.band.width} y="0" height={size.height} className={styles.band} />
        {shape.bars && <path d={shape.bars} className={styles.loss} />}
        {shape.limit !== undefined && <path d={`M0 ${shape.limit}H${size.width}`} className={styles.limit} />}
        <path d={shape.line} className={styles.line} />
      </svg>
      <figcaption className={styles.axis}>
        <span>{times.near(span.from, now)}</span>
        <span>{t('incident.curve', { high, loss: figures.percent(shape.worstLoss) })}</span>
        <span>{times.near(span.to, now)}</span>
      </figcaption>
    </figure>
  );
}
