/** One situation to measure. */
export interface Point {
  key: string;
  title: string;
  members: number;
  /** Messages a sender may have that not all members have seen. Absent: a fixed rate. */
  window?: number;
  /** Messages a second, of all senders together. */
  rate?: number;
}

export const senders = 10;
/** Bytes of one message. */
export const contentBytes = 100;

/** How fast a message reaches everybody, ours and the peers. */
export const points: readonly Point[] = [
  { key: 'n1000-w8', title: '1,000 members, window 8', members: 1_000, window: 8 },
  { key: 'n100-w8', title: '100 members, window 8', members: 100, window: 8 },
  { key: 'n100-w32', title: '100 members, window 32', members: 100, window: 32 },
  { key: 'fixed', title: '50,000 deliveries/s to 100 members', members: 100, rate: 500 },
];

/** The same with few members and few messages. */
export function small(point: Point): Point {
  return { ...point, members: 20, ...(point.rate && { rate: 200 }) };
}
