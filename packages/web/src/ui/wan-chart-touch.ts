import type uPlot from 'uplot';

interface Span {
  from: number;
  to: number;
}

/** One finger moves the time, two stretch it; the chart follows at once, and the page is told when the last finger is lifted. */
export function onTouch(chart: uPlot, { spanOf, onSpan }: { spanOf: () => Span; onSpan: (from: number, to: number) => void }): () => void {
  const { over } = chart;
  const fingers = new Map<number, number>();
  let begun: { fingers: number[]; span: Span } | undefined;
  let now: Span | undefined;

  const places = () => [...fingers.values()].sort((a, b) => a - b);
  const begin = () => {
    begun = fingers.size === 0 ? undefined : { fingers: places(), span: now ?? spanOf() };
  };
  const down = (event: PointerEvent) => {
    if (event.pointerType !== 'touch') return;
    over.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event.clientX);
    begin();
  };
  const move = (event: PointerEvent) => {
    if (!fingers.has(event.pointerId) || !begun) return;
    fingers.set(event.pointerId, event.clientX);
    const { left, width } = over.getBoundingClientRect();
    const { span, fingers: was } = begun;
    const length = span.to - span.from;
    const moment = (x: number) => span.from + ((x - left) / width) * length;
    const is = places();
    const stretch = is.length > 1 ? (was.at(-1)! - was[0]!) / Math.max(is.at(-1)! - is[0]!, 20) : 1;
    const mid = (some: number[]) => (some[0]! + some.at(-1)!) / 2;
    const from = moment(mid(was)) - ((mid(is) - left) / width) * length * stretch;
    now = { from, to: from + length * stretch };
    chart.setScale('x', { min: now.from, max: now.to });
  };
  const up = (event: PointerEvent) => {
    if (!fingers.delete(event.pointerId)) return;
    if (fingers.size === 0 && now) {
      onSpan(now.from, now.to);
      now = undefined;
    }
    begin();
  };
  over.addEventListener('pointerdown', down);
  over.addEventListener('pointermove', move);
  over.addEventListener('pointerup', up);
  over.addEventListener('pointercancel', up);
  return () => {
    over.removeEventListener('pointerdown', down);
    over.removeEventListener('pointermove', move);
    over.removeEventListener('pointerup', up);
    over.removeEventListener('pointercancel', up);
  };
}
