import type { Handlers } from '../context.ts';
import { devicesAfter, portsOfDevices } from './device-export.store.ts';
import { deviceOf } from './devices.ts';
import type { Shared } from './parts.ts';

export function deviceExportCommands({ store, ledger }: Shared): Handlers<'device.export'> {
  return {
    async 'device.export'(_ctx, { siteId, after, limit }) {
      const rows = await devicesAfter(store.read, { siteId, after, limit });
      const ports = Map.groupBy(
        await portsOfDevices(
          store.read,
          rows.map(row => row.device_id),
        ),
        port => port.device_id,
      );
      const devices = rows.map(row => {
        const site = ledger.site(row.site_id)?.row;
        const isKnown = site !== undefined && site.state !== 'unknown';
        return {
          ...deviceOf(row, ports.get(row.device_id) ?? [], isKnown),
          siteId: row.site_id,
          siteCode: site?.code ?? '?',
          siteName: site?.name ?? '?',
          notes: row.notes,
        };
      });
      return { devices, next: rows.length < limit ? null : rows.at(-1)!.device_id };
    },
  };
}
