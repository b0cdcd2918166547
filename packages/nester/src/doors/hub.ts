import type { EventBody, User } from '@aerie/contract';
import { networkOf } from '../accounts/lockout.ts';
import type { OpenConnections } from '../administration/connections.ts';
import type { Bus, BusTopics, Whisper } from '../bus/bus.ts';
import type { Limits } from '../config.ts';
import type { GuestActor, ProbeActor } from '../context.ts';
import type { Log } from '../log.ts';
import { holds, networkFrom } from '../moderation/networks.ts';
import type { CommittedEvent, PublishedEvents } from '../store/unit.ts';
import type { Connection, ConnectionKeeper } from './connection.ts';
import type { Fanout } from './fanout.ts';

/** How people coming and going look on the old wire. */
export interface ClasscordPresence {
  presenceLine(moved: BusTopics['presence.moved'][number]): string;
  /** A guest came, went, or is called something else now. */
  guestLines(moved: BusTopics['guests.moved'][number]): string;
}

/** All live connections of this process: how many there may be, whose they are, and what reaches them from the log and the bus. */
export class Hub implements ConnectionKeeper, OpenConnections {
  readonly #fanout: Fanout;
  readonly #bus: Bus;
  readonly #log: Log;
  readonly #limits: Limits;
  readonly #voice: ClasscordPresence;
  readonly #all = new Set<Connection>();
  readonly #byUser = new Map<string, Set<Connection>>();
  /** Who has not said anything yet, the longest first: the network it counts against, and when its time is over. */
  readonly #pending = new Map<Connection, { network: string; until: number }>();
  #pendingTimer: NodeJS.Timeout | undefined;
  readonly #pendingByAddress = new Map<string, number>();
  readonly #unsubscribe: (() => void)[];
  #onEmpty: (() => void) | undefined;
  #closing = false;

  constructor(parts: { fanout: Fanout; bus: Bus; committer: PublishedEvents; log: Log; limits: Limits; voice: ClasscordPresence }) {
    this.#fanout = parts.fanout;
    this.#bus = parts.bus;
    this.#log = parts.log;
    this.#limits = parts.limits;
    this.#voice = parts.voice;
    parts.committer.onPublished(events => {
      this.#followUsers(events);
      this.#fanout.publish(events);
    });
    parts.committer.onUntold(() => this.#fanout.skip());
    this.#unsubscribe = [
      this.#bus.subscribe('whispered', whisper => this.#whisper(whisper)),
      this.#bus.subscribe('presence.moved', moved => this.#presence(moved)),
      this.#bus.subscribe('guests.moved', moved =>
        this.#tellOld(moved.map(one => ({ ownerId: one.guestId, line: this.#voice.guestLines(one) }))),
      ),
      this.#bus.subscribe('sessions.ended', ended => this.#end(ended)),
      this.#bus.subscribe('address.banned', ban => this.#ban(ban)),
      this.#bus.subscribe('probe.revoked', ({ probeId }) => {
        for (const connection of this.#ofProbe(probeId)) connection.end('ended');
      }),
      // Not as if its key were of no use: the one that was closed may come again.
      this.#bus.subscribe('probe.replaced', ({ probeId, connectionId }) => {
        for (const connection of this.#ofProbe(probeId)) if (connection.connectionId !== connectionId) connection.close('idle');
      }),
    ];
  }

  get size(): number {
    return this.#all.size;
  }

  /** Those that are open; one that was told to end is gone for everybody, even while its last words are on their way. */
  open(): Iterable<Connection> {
    return [...this.#all].filter(connection => connection.isOpen);
  }

  closeOne(connectionId: string, why: string): void {
    const connection = [...this.#all].find(one => one.connectionId === connectionId);
    if (!connection) return;
    // A turn later: whoever closes the own connection is answered first.
    setImmediate(() => {
      // Told that it is not wanted, a probe would never come again; that is what revoking it is for.
      if (connection.actor.kind === 'probe') connection.close('idle');
      else connection.end('kicked', why === '' ? {} : { why });
    });
  }

  /** Whether one more connection from that address may come in; it has not said anything yet. */
  hasRoom(address: string): boolean {
    return (
      !this.#closing &&
      this.#all.size < this.#limits.connections &&
      this.#pending.size < this.#limits.pending &&
      (this.#pendingByAddress.get(networkOf(address)) ?? 0) < this.#limits.pendingPerAddress
    );
  }

  /** A new connection: until it logs in, it counts against its address and its time runs. */
  opened(connection: Connection): void {
    this.#all.add(connection);
    const { address, door } = connection.caller;
    const network = networkOf(address);
    this.#pending.set(connection, { network, until: performance.now() + this.#limits.pendingSeconds * 1_000 });
    this.#pendingTimer ??= setTimeout(() => this.#closePending(), this.#limits.pendingSeconds * 1_000);
    this.#pendingByAddress.set(network, (this.#pendingByAddress.get(network) ?? 0) + 1);
    this.#log.info('CONNECT', 'Connection opened', { door, address, connectionId: connection.connectionId });
  }

  loggedIn(connection: Connection): void {
    this.settled(connection);
    const userId = connection.userId as string;
    const own = this.#byUser.get(userId) ?? new Set();
    this.#byUser.set(userId, own.add(connection));
    this.#bus.publish('connection.opened', { userId, connectionId: connection.connectionId });
  }

  /** A probe hears what is meant for it, and nothing of the log. */
  probeLoggedIn(connection: Connection, { probeId, siteId }: ProbeActor): void {
    this.settled(connection);
    this.#fanout.listenTo(connection, `probe:${probeId}`);
    this.#bus.publish('probe.connected', { probeId, siteId, connectionId: connection.connectionId });
  }

  guestLeft(connection: Connection, { guestId }: GuestActor): void {
    this.#fanout.unfollow(connection);
    this.#bus.publish('guest.left', { guestId });
  }

  followLog(connection: Connection): void {
    this.#fanout.follow(connection);
  }

  unfollow(connection: Connection): void {
    this.#fanout.unfollow(connection);
  }

  closed(connection: Connection): void {
    if (!this.#all.delete(connection)) return;
    connection.closed();
    this.settled(connection);
    this.#fanout.unfollow(connection);
    const { userId, connectionId, caller } = connection;
    if (userId !== undefined) {
      const own = this.#byUser.get(userId);
      own?.delete(connection);
      if (own?.size === 0) this.#byUser.delete(userId);
      this.#bus.publish('connection.closed', { userId, connectionId });
    }
    if (connection.actor.kind === 'guest') this.#bus.publish('guest.left', { guestId: connection.actor.guestId });
    if (connection.actor.kind === 'probe') {
      const { probeId, siteId } = connection.actor;
      this.#bus.publish('probe.disconnected', { probeId, siteId, connectionId });
    }
    if (this.#all.size === 0) this.#onEmpty?.();
    this.#log.info('DISCONNECT', 'Connection closed', {
      door: caller.door,
      address: caller.address,
      connectionId,
      user: connection.actor.kind === 'user' ? connection.actor.name : undefined,
      guest: connection.actor.kind === 'guest' ? connection.actor.name : undefined,
      probe: connection.actor.kind === 'probe' ? connection.actor.probeId : undefined,
    });
  }

  /**
   * Lets every connection settle, for `patienceMs` at most, then asks it to close, telling it why. From now on there is
   * room for none: who comes back at once would hold up the end.
   */
  async closeAll(patienceMs: number): Promise<void> {
    this.#closing = true;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>(resolve => {
      timer = setTimeout(resolve, patienceMs);
    });
    const settled = async () => {
      await Promise.all([...this.#all].map(connection => connection.settle()));
      // One that settled first may have been given more since: each ends in the turn in which nothing of it is under way.
      await Promise.all([...this.#all].map(connection => connection.settle().then(() => connection.end('stopping'))));
    };
    await Promise.race([settled(), patience]);
    clearTimeout(timer);
    for (const connection of this.#all) connection.end('stopping');
  }

  /** Resolves when the last connection is gone; those that are still there after `patienceMs` are cut. */
  async empty(patienceMs: number): Promise<void> {
    if (this.#all.size === 0) return;
    const timer = setTimeout(() => {
      for (const connection of this.#all) connection.destroy();
    }, patienceMs);
    await new Promise<void>(resolve => {
      this.#onEmpty = resolve;
    });
    clearTimeout(timer);
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    clearTimeout(this.#pendingTimer);
  }

  settled(connection: Connection): void {
    const pending = this.#pending.get(connection);
    if (!pending) return;
    this.#pending.delete(connection);
    const { network } = pending;
    const left = (this.#pendingByAddress.get(network) ?? 1) - 1;
    if (left > 0) this.#pendingByAddress.set(network, left);
    else this.#pendingByAddress.delete(network);
  }

  /** One timer for all: of a thousand who come at once each would set one, and clear it a moment later. */
  #closePending(): void {
    this.#pendingTimer = undefined;
    const now = performance.now();
    for (const [connection, { until }] of this.#pending) {
      if (until > now) {
        this.#pendingTimer = setTimeout(() => this.#closePending(), until - now);
        return;
      }
      if (connection.isOpen) connection.close('idle');
    }
  }

  #ofProbe(probeId: string): Connection[] {
    return [...this.#all].filter(({ actor }) => actor.kind === 'probe' && actor.probeId === probeId);
  }

  /** Rights hold from the moment they change, on connections that are open too. */
  #followUsers(events: readonly CommittedEvent[]): void {
    for (const event of events) {
      if (event.name !== 'user.updated') continue;
      const user: User = (event.body as EventBody<'user.updated'>).user;
      for (const connection of this.#byUser.get(user.userId) ?? []) {
        if (connection.actor.kind !== 'user') continue;
        const hadRole = connection.actor.role;
        connection.actor = { ...connection.actor, name: user.name, role: user.role };
        if (hadRole !== user.role) this.#fanout.hearAgain(connection);
      }
    }
  }

  #whisper({ topic, event, body, except }: Whisper): void {
    this.#fanout.whisper(topic, `${JSON.stringify({ event, ...body })}\n`, except);
  }

  #presence(moved: BusTopics['presence.moved']): void {
    this.#fanout.whisper('all', moved.map(one => `${JSON.stringify({ event: 'presence.changed', ...one })}\n`).join(''));
    this.#tellOld(moved.map(one => ({ ownerId: one.userId, line: this.#voice.presenceLine(one) })));
  }

  /** Lines to every old session, but to nobody the own ones. */
  #tellOld(lines: readonly { ownerId: string; line: string }[]): void {
    const all = Buffer.from(lines.map(({ line }) => line).join(''));
    const owners = new Set(lines.map(({ ownerId }) => ownerId));
    this.#fanout.whisperOld('all', connection => {
      const ownId = connection.actor.kind === 'guest' ? connection.actor.guestId : connection.userId;
      if (ownId === undefined || !owners.has(ownId)) return all;
      const others = lines.filter(({ ownerId }) => ownerId !== ownId);
      return others.length > 0 ? Buffer.from(others.map(({ line }) => line).join('')) : undefined;
    });
  }

  /** Strangers too; but probes, which are known by their key, and the machine's own administrator stay. */
  #ban({ network, why, until }: BusTopics['address.banned']): void {
    const banned = networkFrom(network);
    for (const connection of [...this.#all]) {
      const { actor, caller } = connection;
      if (actor.kind === 'probe' || caller.door === 'local' || !holds(banned, caller.address)) continue;
      connection.end('banned', { ...(why ? { why } : {}), until });
    }
  }

  #end({ userId, sessionId, except, reason, why, until }: BusTopics['sessions.ended']): void {
    for (const connection of [...(this.#byUser.get(userId) ?? [])]) {
      const own = connection.actor.kind === 'user' ? connection.actor.sessionId : undefined;
      if (own === except && except !== undefined) continue;
      if (sessionId !== undefined && own !== sessionId) continue;
      // A turn later: the command that ended the session is answered first.
      setImmediate(() => connection.end(reason, { ...(why ? { why } : {}), ...(until === undefined ? {} : { until }) }));
    }
  }
}
