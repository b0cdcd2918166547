import { curveShape, type Sample } from './curve-shape.ts';
import { useNow } from './time.tsx';
import styles from './wan-curve.module.css';

/** What a curve says in words, its figures written as the reader writes them. */
export interface CurveWords {
  label: string;
  axis: string;
  range: string;
}

interface WanCurveProps {
  series: readonly Sample[];
  /** Of the drawing; on the page it is as wide as its place. */
  width: number;
  height: number;
  /** Latencies in ms, the worst loss from 0 to 1. */
  words(figures: { low: number; high: number; loss: number }): CurveWords;
}

/** The WAN of the last 24 hours: latency as a line, lost packets as bars from below. */
export function WanCurve({ series, width, height, words }: WanCurveProps) {
  const shape = curveShape(series, useNow(), width, height);
  if (shape.low === undefined && shape.losses.length === 0) return null;
  const { label, axis, range } = words({ low: shape.low ?? 0, high: shape.high ?? 0, loss: shape.worstLoss });
  return (
    <figure className={styles.figure}>
      <svg viewBox={`0 0 ${width} ${height}`} height={height} preserveAspectRatio="none" role="img" aria-label={label}>
        {shape.losses.map(({ x, loss }) => (
          <path key={x} d={`M${x} ${height}v${-Math.max(4, loss * height)}`} className={styles.loss} />
        ))}
        <path d={shape.path} className={styles.line} />
      </svg>
      <figcaption className={styles.axis}>
        <span>{axis}</span>
        {shape.high !== undefined && <span>{range}</span>}
      </figcaption>
    </figure>
  );
}
