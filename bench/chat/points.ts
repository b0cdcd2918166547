/** One situation to measure. */
export interface Point {
  key: string;
  title: string;
  members: number;
  /** Messages a sender may have that not all members have seen. Absent: a fixed rate. */
  window?: number;
  /** Messages a second, of all senders together. */
  rate?: number;
  /** Not measured. Absent: as long as usual. */
  warmSeconds?: number;
  /** Peers that are left out. */
  without?: readonly string[];
}

export const senders = 10;
/** Bytes of one message. */
export const contentBytes = 100;

/** At a low rate a program that compiles while it runs takes longer to reach its speed. */
const slowWarmSeconds = 4;

/** How fast a message reaches everybody, ours and the peers. */
export const points: readonly Point[] = [
  // Python takes most of ten seconds to let a thousand in, each of whom it announces to all, and then delivers no more than to a hundred.
  { key: 'n1000-w8', title: '1,000 members, window 8', members: 1_000, window: 8, without: ['python'] },
  { key: 'n100-w8', title: '100 members, window 8', members: 100, window: 8 },
  { key: 'n100-w32', title: '100 members, window 32', members: 100, window: 32 },
  // A message to a thousand is a thousand writes: at this rate what is compared is what a delivery costs.
  {
    key: 'fixed',
    title: '50,000 deliveries/s to 1,000 members',
    members: 1_000,
    rate: 50,
    warmSeconds: slowWarmSeconds,
    without: ['python'],
  },
  { key: 'fixed-n100', title: '50,000 deliveries/s to 100 members', members: 100, rate: 500, warmSeconds: slowWarmSeconds },
];

/** The same with few members and few messages. */
export function small(point: Point): Point {
  const { warmSeconds: _, ...rest } = point;
  return { ...rest, title: `${point.title} (in small)`, members: 20, ...(point.rate && { rate: 200 }) };
}
