import { memo } from 'react';
import styles from './spark.module.css';
import { type Curve, sparkShape } from './spark-shape.ts';

export type { Curve } from './spark-shape.ts';

/** A curve as small as a word. It says nothing aloud: its figures stand beside it. */
export const Spark = memo(function Spark({ curve, width = 112, height = 28 }: { curve: Curve; width?: number; height?: number }) {
  const { line, bars } = sparkShape(curve, width, height);
  return (
    <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} className={styles.spark} aria-hidden="true">
      <path d={`M0 ${height - 0.5}H${width}`} className={styles.ground} />
      {bars && <path d={bars} className={styles.loss} />}
      <path d={line} className={styles.line} />
    </svg>
  );
});
