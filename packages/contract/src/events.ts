import type { z } from 'zod';
import { accountEvents } from './accounts.ts';
import { chatEvents } from './chat.ts';
import { deviceEvents } from './devices.ts';
import { diagnosticEvents } from './diagnostics.ts';
import { incidentEvents } from './incidents.ts';
import { intakeEvents } from './intake.ts';
import { maintenanceEvents } from './maintenance.ts';
import { notifyEvents } from './notify.ts';
import { siteEvents } from './sites.ts';

/** Every event there is. */
export const events = {
  ...accountEvents,
  ...chatEvents,
  ...siteEvents,
  ...deviceEvents,
  ...diagnosticEvents,
  ...incidentEvents,
  ...maintenanceEvents,
  ...notifyEvents,
  ...intakeEvents,
};

export type Events = typeof events;
export type EventName = keyof Events;
export type EventBody<K extends EventName> = z.output<Events[K]['body']>;

export type LoggedEventName = { [K in EventName]: Events[K]['logged'] extends true ? K : never }[EventName];
export type TransientEventName = Exclude<EventName, LoggedEventName>;

/** An event as a client receives it: its name and, beside it, the fields of its body. */
export type EventFrame = { [K in EventName]: { event: K; seq?: number } & EventBody<K> }[EventName];
