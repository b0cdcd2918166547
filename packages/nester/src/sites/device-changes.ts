import type { DeviceChange } from '@aerie/contract';
import type { DeviceMark, Observation } from '../incidents/observation.ts';
import { newId } from '../new-id.ts';
import type { DeviceChangeTable, DevicePortTable, DeviceTable } from '../store/schema.ts';
import { deviceName } from './device-book.ts';

/** Something that happened to a device. */
export interface Change {
  kind: DeviceChange['kind'];
  port?: number;
  protocol?: 'tcp' | 'udp';
  before: string | null;
  after: string | null;
  /** Of a certificate. */
  notAfter?: number;
  /** It is for rules only: nothing changed in the device. */
  isQuiet?: boolean;
}

/** A cell of a table. */
const cellChars = 300;

/** A line of a device's history. */
export function changeRow({ device_id, site_id }: DeviceTable, change: Change, at: number, by: string | null = null): DeviceChangeTable {
  return {
    change_id: newId(),
    device_id,
    site_id,
    at,
    kind: change.kind,
    port: change.port ?? null,
    protocol: change.protocol ?? null,
    before: change.before?.slice(0, cellChars) ?? null,
    after: change.after?.slice(0, cellChars) ?? null,
    by_name: by,
  };
}

export function changeOf(row: DeviceChangeTable): DeviceChange {
  return {
    changeId: row.change_id,
    at: row.at,
    kind: row.kind as DeviceChange['kind'],
    port: row.port,
    protocol: row.protocol,
    before: row.before,
    after: row.after,
    by: row.by_name,
  };
}

/**
 * What rules may want to know of a change. A port that is open now is told as opened before it is told as not closed
 * any more.
 */
export function observationsOf(row: DeviceTable, ports: ReadonlyMap<number, DevicePortTable>, change: Change): Observation[] {
  const { before, after } = change;
  const about = (rule: Observation['rule'], isBad: boolean, more: Observation['detail'] = {}): Observation => ({
    siteId: row.site_id,
    rule,
    subjectId: row.device_id,
    subject: deviceName(row),
    isBad,
    detail: { address: row.address, ...more },
    marks: marksOf(row, ports),
    ...(change.port === undefined ? {} : { item: `${change.port}/${change.protocol}` }),
  });
  switch (change.kind) {
    case 'first_seen':
      return [about('device.new', true)];
    case 'gone':
    case 'back':
      return [about('device.gone', change.kind === 'gone')];
    case 'address':
      return [about('device.address', true, { before, after })];
    case 'port_opened':
    case 'port_closed': {
      const isOpen = change.kind === 'port_opened';
      const service = { service: after ?? before };
      const seen = [about('port.opened', isOpen, service), about('port.closed', !isOpen, service)];
      const key = change.protocol === 'udp' ? change.port! + 65_536 : change.port!;
      return isOpen || !ports.get(key)?.tls ? seen : [...seen, about('certificate.expiring', false)];
    }
    case 'service':
      return [about('service.changed', true, { before, after })];
    case 'certificate':
      return [about('certificate.expiring', true, { notAfter: change.notAfter! })];
    default:
      return [];
  }
}

/** That nothing is wrong with a device which is none of its own any more. */
export function farewellsOf(row: DeviceTable, ports: ReadonlyMap<number, DevicePortTable>): Observation[] {
  const over = (rule: Observation['rule'], item?: string): Observation => ({
    siteId: row.site_id,
    rule,
    subjectId: row.device_id,
    subject: deviceName(row),
    isBad: false,
    detail: { address: row.address },
    ...(item === undefined ? {} : { item }),
  });
  const items = [...ports.values()].map(({ port, protocol }) => `${port}/${protocol}`);
  const ofPorts = (['port.opened', 'port.closed', 'service.changed', 'certificate.expiring'] as const).flatMap(rule =>
    items.map(item => over(rule, item)),
  );
  return [over('device.gone'), over('device.new'), over('device.address'), ...ofPorts];
}

/** What rules ask of a device. */
function marksOf(row: DeviceTable, ports: ReadonlyMap<number, DevicePortTable>): DeviceMark[] {
  const marks: DeviceMark[] = [];
  if (row.label !== null) marks.push('labelled');
  for (const { state } of ports.values())
    if (state === 'open') {
      marks.push('server');
      break;
    }
  if (row.random_mac === 1) marks.push('random_mac');
  return marks;
}
