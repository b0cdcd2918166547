import type { DevicePortTable, DeviceTable } from '../store/schema.ts';
import { type DeviceRecord, keptMerge, type Merge } from './device-book.ts';
import { portKey } from './ports.ts';

type Known = Pick<DeviceRecord, 'row' | 'ports'>;

/** A device as it is kept while it counts as another one. */
export function frozenRow({ row }: Known, intoDeviceId: string, at: number, took: Omit<Merge, 'identity'>): DeviceTable {
  return {
    ...row,
    // The place of its identity stays free: the device that it is now may be told by it.
    identity: `merged:${row.device_id}`,
    merged_into: intoDeviceId,
    merged_at: at,
    merge_detail: JSON.stringify({ ...took, identity: row.identity } satisfies Merge),
  };
}

/**
 * What is written when people say that a device is another one: that one takes what it lacks, and the first is kept as it
 * was, so that they can be told apart again.
 */
export function mergedRows(from: Known, into: Known, at: number): { from: DeviceTable; into: DeviceTable; ports: DevicePortTable[] } {
  const isOlder = from.row.first_seen_at < into.row.first_seen_at;
  const ports = [...from.ports.values()].filter(port => !into.ports.has(portKey(port)));
  const took = {
    byHand: true,
    ports: ports.map(portKey),
    label: into.row.label === null && from.row.label !== null,
    notes: into.row.notes === '' && from.row.notes !== '',
    firstSeenAt: isOlder ? into.row.first_seen_at : null,
  };
  return {
    from: frozenRow(from, into.row.device_id, at, took),
    into: {
      ...into.row,
      label: into.row.label ?? from.row.label,
      notes: into.row.notes || from.row.notes,
      first_seen_at: isOlder ? from.row.first_seen_at : into.row.first_seen_at,
    },
    ports: ports.map(port => ({ ...port, device_id: into.row.device_id })),
  };
}

/** What is written when people say that a device which was merged into another one is one of its own after all. */
export function splitRows(
  root: DeviceRecord,
  alias: DeviceTable,
): { device: DeviceTable; root: DeviceTable; givenBack: DevicePortTable[] } {
  const took = keptMerge(alias)!;
  const device = { ...alias, identity: took.identity, merged_into: null, merged_at: null, merge_detail: null };
  const row = { ...root.row };
  if (took.label && row.label === alias.label) row.label = null;
  if (took.notes && row.notes === alias.notes) row.notes = '';
  if (took.firstSeenAt !== null && row.first_seen_at === alias.first_seen_at) row.first_seen_at = took.firstSeenAt;
  // What came on the way through another one came to this one too only where it lacked it.
  let lent = new Set(took.ports);
  for (let over = root.aliases.find(one => one.device_id === alias.merged_into); over; ) {
    const further = new Set(keptMerge(over)!.ports);
    lent = new Set([...lent].filter(key => further.has(key)));
    const next = over.merged_into;
    over = root.aliases.find(one => one.device_id === next);
  }
  const givenBack = [...root.ports].filter(([key]) => lent.has(key)).map(([, port]) => port);
  return { device, root: row, givenBack };
}

/** The devices that were merged into one, and into those. */
export function belowOf(deviceId: string, aliases: readonly DeviceTable[]): DeviceTable[] {
  return aliases.filter(one => one.merged_into === deviceId).flatMap(one => [one, ...belowOf(one.device_id, aliases)]);
}
