import type uPlot from 'uplot';

/** A time that stands out: an incident, or maintenance. */
export interface Mark {
  kind: 'critical' | 'warning' | 'info' | 'maintenance';
  from: number;
  /** undefined: it goes on. */
  to: number | undefined;
}

const inks: Record<Mark['kind'], { band: string; edge: string }> = {
  critical: { band: '--danger-soft', edge: '--danger' },
  warning: { band: '--warn-soft', edge: '--warn' },
  info: { band: '--side', edge: '--text-faint' },
  maintenance: { band: '--sunken', edge: '--text-soft' },
};

interface Drawn {
  at: readonly number[];
  loss: readonly (number | null)[];
}

/** Draws what stands behind the lines: bands for marks, each with a sign of its own on top, and a bar for each loss. */
export function drawBehind(chart: uPlot, marks: readonly Mark[], { at, loss }: Drawn, colour: (name: string) => string): void {
  const { ctx, bbox } = chart;
  const dpr = window.devicePixelRatio || 1;
  const right = bbox.left + bbox.width;
  const x = (moment: number) => Math.min(Math.max(chart.valToPos(moment, 'x', true), bbox.left), right);
  const [first = 0, last = 0] = [chart.scales.x?.min, chart.scales.x?.max];
  ctx.save();
  for (const { kind, from, to } of marks) {
    if (from > last || (to ?? last) < first) continue;
    const [left, width] = [x(from), Math.max(x(to ?? last) - x(from), 2 * dpr)];
    ctx.fillStyle = colour(inks[kind].band);
    ctx.fillRect(left, bbox.top, width, bbox.height);
    ctx.fillStyle = colour(inks[kind].edge);
    // What is planned is a broken edge, what happened a whole one: they differ without their colour.
    if (kind === 'maintenance')
      for (let dash = 0; dash < width; dash += 8 * dpr)
        ctx.fillRect(left + dash, bbox.top - 3 * dpr, Math.min(4 * dpr, width - dash), 3 * dpr);
    else ctx.fillRect(left, bbox.top - 3 * dpr, width, 3 * dpr);
    // At the right edge it stands before its moment, not on the axis.
    if (from >= first) sign(ctx, kind, Math.min(left, right - 9 * dpr), bbox.top - 9 * dpr, 4 * dpr);
  }
  ctx.fillStyle = colour('--chart-loss');
  const apart = at.length > 1 ? (chart.valToPos(at.at(-1)!, 'x', true) - chart.valToPos(at[0]!, 'x', true)) / (at.length - 1) : dpr;
  const width = Math.min(Math.max(apart, 1.5 * dpr), 14 * dpr);
  at.forEach((moment, place) => {
    const part = loss[place] ?? 0;
    if (part <= 0 || moment < first || moment > last) return;
    const tall = Math.max(part * bbox.height, 3 * dpr);
    ctx.fillRect(x(moment) - width / 2, bbox.top + bbox.height - tall, width, tall);
  });
  ctx.restore();
}

/** The sign of a mark, as elsewhere: a square, a triangle, a ring, an empty diamond. */
function sign(ctx: CanvasRenderingContext2D, kind: Mark['kind'], x: number, y: number, r: number): void {
  const mid = x + r;
  ctx.beginPath();
  if (kind === 'critical') ctx.rect(x, y - r, 2 * r, 2 * r);
  else if (kind === 'warning') {
    ctx.moveTo(mid, y - r);
    ctx.lineTo(mid + r, y + r);
    ctx.lineTo(mid - r, y + r);
    ctx.closePath();
  } else if (kind === 'info') ctx.arc(mid, y, r, 0, 2 * Math.PI);
  else {
    ctx.moveTo(mid, y - r);
    ctx.lineTo(mid + r, y);
    ctx.lineTo(mid, y + r);
    ctx.lineTo(mid - r, y);
    ctx.closePath();
    ctx.strokeStyle = ctx.fillStyle;
    ctx.lineWidth = r / 3;
    ctx.stroke();
    return;
  }
  ctx.fill();
}
