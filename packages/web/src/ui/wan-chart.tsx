import { useEffect, useLayoutEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import styles from './wan-chart.module.css';
import { drawBehind, type Mark } from './wan-chart-marks.ts';
import { onTouch } from './wan-chart-touch.ts';

export type { Mark } from './wan-chart-marks.ts';

/** What is drawn: one row of moments, a line a target, the loss. */
export interface ChartData {
  at: readonly number[];
  lines: readonly (readonly (number | null | undefined)[])[];
  loss: readonly (number | null)[];
}

/** Whose line it is; `second` is every further one of the same part. */
export interface Look {
  role: 'gateway' | 'provider' | 'internet';
  second: boolean;
}

export interface ChartFormat {
  latency(ms: number): string;
  percent(ratio: number): string;
  /** A moment as it stands below the axis, when marks are so far apart. */
  tick(at: number, apartMs: number): string;
}

interface WanChartProps {
  data: ChartData;
  /** How each line is told from the others. */
  looks: readonly Look[];
  marks: readonly Mark[];
  from: number;
  to: number;
  height: number;
  format: ChartFormat;
  /** A part was chosen, with the mouse or with fingers. */
  onSpan: (from: number, to: number) => void;
  /** The moment that is pointed at, as its place in the row. */
  onPoint: (place: number | undefined) => void;
}

const dashes = { gateway: [2, 3], provider: [7, 4], internet: [] } as const;
const secondDash = [12, 3, 2, 3];
/** A drag shorter than this was a press. */
const leastDragPx = 8;

/** Latency as lines, loss as bars, incidents and maintenance as bands behind them, all on one axis of time. */
export function WanChart(props: WanChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const { data, looks, marks, from, to, height, format } = props;
  const kinds = looks.map(({ role, second }) => `${role}${second}`).join(' ');

  // The lines, the words and the colours are chosen when it is made; the rest is only drawn anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: what changes often is read from `latest`
  useLayoutEffect(() => {
    const host = place.current!;
    let forgetTouch = () => {};
    const make = () => {
      forgetTouch();
      chart.current?.destroy();
      const made = new uPlot(
        options(host, () => latest.current),
        rows(latest.current.data),
        host,
      );
      made.setScale('x', { min: latest.current.from, max: latest.current.to });
      chart.current = made;
      forgetTouch = onTouch(made, {
        spanOf: () => ({ from: latest.current.from, to: latest.current.to }),
        onSpan: (a, b) => latest.current.onSpan(a, b),
      });
    };
    make();
    const sized = new ResizeObserver(() => chart.current?.setSize({ width: host.clientWidth, height: latest.current.height }));
    sized.observe(host);
    const worn = new MutationObserver(make);
    worn.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      sized.disconnect();
      worn.disconnect();
      forgetTouch();
      chart.current?.destroy();
      chart.current = undefined;
    };
  }, [kinds, format]);

  useEffect(() => chart.current?.setData(rows(data), false), [data]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: marks are read while it is drawn
  useEffect(() => {
    chart.current?.setScale('x', { min: from, max: to });
    chart.current?.redraw(false);
  }, [data, from, to, marks]);
  useEffect(() => chart.current?.setSize({ width: place.current!.clientWidth, height }), [height]);

  return <div ref={place} className={styles.chart} style={{ height }} aria-hidden="true" />;
}

function rows({ at, lines }: ChartData): uPlot.AlignedData {
  return [at, ...lines] as unknown as uPlot.AlignedData;
}

function options(host: HTMLElement, latest: () => WanChartProps): uPlot.Options {
  const { looks, height, format } = latest();
  const style = getComputedStyle(host);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const font = `12px ${style.fontFamily}`;
  const axis = { stroke: colour('--text-faint'), font, ticks: { show: false } };
  return {
    width: host.clientWidth,
    height,
    ms: 1,
    legend: { show: false },
    padding: [14, 0, 0, 0],
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false },
      points: { size: 7, width: 1.5 },
    },
    scales: {
      x: { range: (_, low, high) => [low ?? latest().from, high ?? latest().to] },
      ms: { range: (_, __, high) => [0, Math.max(high ?? 0, 1) * 1.08] },
      loss: { range: [0, 1] },
    },
    axes: [
      {
        ...axis,
        space: 76,
        size: 30,
        grid: { stroke: colour('--line'), width: 1 },
        values: (_, splits, __, ___, apartMs) => splits.map(at => format.tick(at, apartMs)),
      },
      {
        ...axis,
        scale: 'ms',
        size: 58,
        grid: { stroke: colour('--line'), width: 1 },
        values: (_, splits) => splits.map(ms => format.latency(ms)),
      },
      {
        ...axis,
        scale: 'loss',
        side: 1,
        size: 50,
        splits: () => [0, 0.5, 1],
        grid: { show: false },
        values: (_, splits) => splits.map(ratio => format.percent(ratio)),
      },
    ],
    series: [
      {},
      ...looks.map(look => ({
        scale: 'ms',
        stroke: colour(`--chart-${look.role}`),
        width: look.role === 'internet' && !look.second ? 2 : 1.5,
        dash: look.second ? secondDash : [...dashes[look.role]],
        points: { show: false },
      })),
    ],
    hooks: {
      drawClear: [chart => drawBehind(chart, latest().marks, latest().data, colour)],
      setCursor: [chart => latest().onPoint(chart.cursor.idx ?? undefined)],
      setSelect: [
        chart => {
          const { left, width } = chart.select;
          if (width >= leastDragPx) latest().onSpan(chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x'));
          if (width > 0) chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}
