/** A figure for each step, oldest first; null where nothing was measured. */
export interface Curve {
  medianMs: readonly (number | null)[];
  loss: readonly (number | null)[];
}

/** The small curve in a box of that size: latency as a line from 0 upwards, broken where nothing is known; loss as bars from below. */
export function sparkShape({ medianMs, loss }: Curve, width: number, height: number): { line: string; bars: string } {
  const steps = Math.max(medianMs.length, loss.length, 2);
  const top = Math.max(...medianMs.map(ms => ms ?? 0)) * 1.1 || 1;
  const x = (at: number) => round(((at + 0.5) / steps) * width);
  let line = '';
  medianMs.forEach((ms, at) => {
    if (ms === null) return;
    const y = round(height - 1 - (ms / top) * (height - 2));
    const joined = at > 0 && medianMs[at - 1] !== null;
    line += joined ? `L${x(at)} ${y}` : `M${x(at)} ${y}h.1`;
  });
  const bars = loss
    .map((part, at) => (part === null || part <= 0 ? '' : `M${x(at)} ${height}v${-round(Math.max(3, part * height))}`))
    .join('');
  return { line, bars };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
