import type { Maintenance, maintenanceCommands as specs } from '@aerie/contract';
import type { Bus } from '../bus/bus.ts';
import type { Handlers } from '../context.ts';
import type { Store } from '../store/store.ts';
import { Calendar, type CalendarParts, type TitledSpan } from './calendar.ts';
import { maintenanceCommands } from './maintenance.commands.ts';
import { allMaintenance } from './maintenance.store.ts';

/** When incidents are recorded and not told. */
export interface MaintenanceRoom {
  readonly commands: Handlers<keyof typeof specs>;
  /** The end of what is under way at a site; null when nothing is. */
  until(siteId: string, at: number): number | null;
  /** When there was maintenance at a site. */
  between(siteId: string, from: number, to: number): TitledSpan[];
  /** What is under way and to come at a site. */
  ofSite(siteId: string): Maintenance[];
  /** Says so when maintenance began or ended by the clock; called every few seconds. */
  pass(): void;
}

/** Opens the room: reads what was announced. */
export async function openMaintenance(parts: CalendarParts & { store: Store; bus: Bus; now: () => number }): Promise<MaintenanceRoom> {
  const { store, bus, now } = parts;
  const calendar = new Calendar(parts, await allMaintenance(store.read));
  const underWay = () =>
    parts
      .siteIds()
      .filter(siteId => calendar.until(siteId, now()) !== null)
      .join();
  let before: string | undefined;
  return {
    commands: maintenanceCommands({ ...parts, bus, calendar }),
    until: (siteId, at) => calendar.until(siteId, at),
    between: (siteId, from, to) => calendar.between(siteId, { from, to }),
    ofSite: siteId =>
      calendar
        .records(siteId)
        .map(record => calendar.present(record, now()))
        .filter(({ next }) => next !== null),
    pass() {
      const sites = underWay();
      if (before !== undefined && before !== sites) bus.publish('whispered', { topic: 'sites', event: 'maintenance.changed', body: {} });
      before = sites;
    },
  };
}
