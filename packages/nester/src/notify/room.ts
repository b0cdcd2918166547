import type { CommandOutput, Incident, notifyCommands as specs, User } from '@aerie/contract';
import type { Bus } from '../bus/bus.ts';
import type { Announcements } from '../chat/announcements.ts';
import type { Handlers } from '../context.ts';
import type { Telling } from '../incidents/telling.ts';
import type { Log } from '../log.ts';
import type { Committer } from '../store/commit.ts';
import type { Store } from '../store/store.ts';
import { channelCourier } from './channel-message.ts';
import { deliveryCommands } from './deliveries.commands.ts';
import { deliveryCounts, deliveryPage } from './deliveries.store.ts';
import { mailCommands } from './mail.commands.ts';
import { mailCourier, type SealedTexts } from './mail-courier.ts';
import { Outbox, type OutboxParts } from './outbox.ts';
import type { Shared } from './parts.ts';
import { RouteBook } from './route-book.ts';
import { routeCommands } from './routes.commands.ts';
import { openRoutes, routeNames, routeSecret } from './routes.store.ts';
import type { TellableSite } from './routes.ts';
import { stageIncident, stageStorm } from './stage.ts';
import { webhookCourier } from './webhook.ts';

const changedEveryMs = 1_000;
/** Deliveries of one incident that are shown with it. */
const shownDeliveries = 50;

/** Whom incidents are told to, by which way, and what became of it. */
export interface Notify extends Telling {
  readonly commands: Handlers<keyof typeof specs>;
  /** How many deliveries wait, and how many failed. */
  counts(): Promise<{ waiting: number; failed: number }>;
  /** Tells what waits and is due; resolves when that is done. */
  drain(): Promise<void>;
  /** Forgets what ended long ago. */
  forget(): Promise<void>;
  stop(): Promise<void>;
}

export interface NotifyParts {
  store: Store;
  committer: Committer;
  bus: Bus;
  log: Log;
  now: () => number;
  secrets: SealedTexts;
  announcements: Pick<Announcements, 'channelNamed' | 'isOpen' | 'say'>;
  /** Who speaks in channels. */
  bot: User;
  publicUrl(): string;
  site(siteId: string): TellableSite | undefined;
  /** An incident as it is now. */
  incident(incidentId: string): Promise<Incident | undefined>;
  /** Certificates that are trusted besides the usual ones. */
  ca?: string | undefined;
  random?: () => number;
  /** Wraps what brings errands to their targets. */
  around?: (couriers: OutboxParts['couriers']) => OutboxParts['couriers'];
}

/** Opens the room: reads the routes. */
export async function openNotify(parts: NotifyParts): Promise<Notify> {
  const { store, committer, bus, now } = parts;
  const book = new RouteBook(await openRoutes(store.read));
  const own = {
    channel: channelCourier(parts.announcements, { bot: parts.bot, channel: 'supervision', site: parts.site }),
    mail: mailCourier({ ...parts, db: store.read }),
    webhook: webhookCourier({ ...parts, secretOf: routeId => routeSecret(store.read, routeId) }),
  };
  const couriers = parts.around?.(own) ?? own;
  let tellChange: NodeJS.Timeout | undefined;
  const changed = () => {
    tellChange ??= setTimeout(() => {
      tellChange = undefined;
      bus.publish('whispered', { topic: 'sites', event: 'delivery.changed', body: {} });
    }, changedEveryMs).unref();
  };
  const outbox = new Outbox({
    store,
    committer,
    log: parts.log,
    now,
    route: routeId => book.get(routeId),
    incident: parts.incident,
    couriers,
    changed,
    ...(parts.random ? { random: parts.random } : {}),
  });
  const shared: Shared = {
    ...parts,
    book,
    outbox,
    couriers,
    changed,
    ca: parts.ca,
    hasChannel: channelId => parts.announcements.isOpen(channelId),
  };
  const staging = { routes: () => book.all(), site: parts.site, now, wake: () => outbox.wake() };
  return {
    commands: { ...routeCommands(shared), ...deliveryCommands(shared), ...mailCommands(shared) },
    stage: (unit, incident, what) => stageIncident(staging, unit, incident, what),
    stageStorm: (unit, storm) => stageStorm(staging, unit, storm),
    async deliveriesOf(incidentId): Promise<CommandOutput<'incident.show'>['deliveries']> {
      const [rows, names] = [await deliveryPage(store.read, { incidentId, limit: shownDeliveries }), await routeNames(store.read)];
      return rows.map(row => ({
        deliveryId: row.delivery_id,
        routeName: names.get(row.route_id) ?? '?',
        state: row.state,
        at: row.done_at ?? row.created_at,
        error: row.last_error,
      }));
    },
    counts: () => deliveryCounts(store.read),
    drain: () => outbox.drain(),
    forget: () => outbox.forget(),
    async stop() {
      clearTimeout(tellChange);
      await outbox.stop();
    },
  };
}
