import type { WanPoint } from '@aerie/contract/dashboard';
import { curveShape } from '../../features/sites/curve-shape.ts';
import { useNow } from '../../ui/time.tsx';
import { useWords } from '../words.tsx';
import styles from './curve.module.css';

const width = 640;
const height = 96;

/** The WAN of the last 24 hours: latency as a line, lost packets as bars from below. */
export function Curve({ series }: { series: WanPoint[] }) {
  const { t, figures } = useWords();
  const { latency, percent } = figures;
  const shape = curveShape(series, useNow(), width, height);
  if (shape.low === undefined && shape.losses.length === 0) return null;
  const words = { low: latency(shape.low ?? 0), high: latency(shape.high ?? 0), loss: percent(shape.worstLoss) };
  return (
    <figure className={styles.figure}>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={t('wan.curve', words)}>
        {shape.losses.map(({ x, loss }) => (
          <path key={x} d={`M${x} ${height}v${-Math.max(4, loss * height)}`} className={styles.loss} />
        ))}
        <path d={shape.path} className={styles.line} />
      </svg>
      <figcaption className={styles.axis}>
        <span>{t('wan.axis')}</span>
        {shape.high !== undefined && <span>{t('wan.range', words)}</span>}
      </figcaption>
    </figure>
  );
}
