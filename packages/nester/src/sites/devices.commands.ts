import { AppError, limits } from '@aerie/contract';
import type { Actor, Ctx, Handlers } from '../context.ts';
import { readHead } from '../store/log.ts';
import type { DevicePortTable, DeviceTable } from '../store/schema.ts';
import { Unit } from '../store/unit.ts';
import { bookOf } from './books.ts';
import { stageSite } from './changes.ts';
import { type DeviceBook, type DeviceRecord, deviceName, newRecord } from './device-book.ts';
import { changeOf, changeRow, farewellsOf } from './device-changes.ts';
import { profileOfRecord } from './device-matching.ts';
import { BestFits, briefOf, fitness, queryOf } from './device-search.ts';
import {
  dropPortQuery,
  forgetDevicesQueries,
  historyOf,
  portsOfDevice,
  putDevicesQueries,
  putPortsQueries,
  siteOfDevice,
} from './devices.store.ts';
import { deviceOf } from './devices.ts';
import { inTurn, type SiteRecord } from './ledger.ts';
import { alikeShownFrom, likeness, nameKey } from './likeness.ts';
import { belowOf, mergedRows, splitRows } from './merging.ts';
import type { Shared } from './parts.ts';
import { portKey } from './ports.ts';
import { cleanText } from './texts.ts';

type Names = 'device.search' | 'device.show' | 'device.update' | 'device.merge' | 'device.split' | 'device.forget';

/** After so many sites of a search others get a turn. */
const sitesPerTurn = 50;
const alikeShown = 5;

interface Found {
  site: SiteRecord;
  book: DeviceBook;
  record: DeviceRecord;
}

export function deviceCommands(shared: Shared): Handlers<Names> {
  const { store, ledger } = shared;

  /** Does work for a device in its site's turn. One that was merged into another is that one. */
  async function withDevice<T>(deviceId: string, work: (found: Found) => Promise<T>): Promise<T> {
    const siteId = await siteOfDevice(store.read, deviceId);
    const site = siteId === undefined ? undefined : ledger.site(siteId);
    if (!site) throw new AppError('not_found', { thing: 'device' });
    return await inTurn(site, async () => {
      const book = await bookOf(store.read, site);
      return await work({ site, book, record: deviceIn(book, deviceId) });
    });
  }

  /** Makes durable what somebody did to a device, and tells whoever looks at it. */
  async function act(ctx: Ctx, unit: Unit, { site, record }: Found, action: string, detail: Record<string, string> = {}): Promise<void> {
    const ids = { siteId: site.row.site_id, deviceId: record.row.device_id };
    unit.event('device.changed', ['sites'], ids, () => ids);
    await ctx.commitAct(unit, { action, subject: deviceName(record.row), detail: { ...ids, ...detail } });
  }

  return {
    async 'device.search'(_ctx, { query: typed, limit }) {
      const query = queryOf(typed);
      const best = new BestFits<{ record: DeviceRecord; site: SiteRecord }>(limit);
      let n = 0;
      for (const site of [...ledger.sites()]) {
        if (++n % sitesPerTurn === 0) await new Promise<void>(resolve => setImmediate(resolve));
        const book = site.devices ?? (await inTurn(site, () => bookOf(store.read, site)));
        for (const record of book.all()) {
          const fit = fitness(record, query);
          if (fit > 0) best.add(fit, { record, site });
        }
      }
      return {
        devices: best.all().map(({ record, site: { row } }) => ({
          ...briefOf(record, row.state !== 'unknown'),
          siteId: row.site_id,
          siteCode: row.code,
          siteName: row.name,
        })),
      };
    },

    async 'device.show'(_ctx, { deviceId, before }) {
      return await withDevice(deviceId, async ({ site, book, record }) => {
        const { row, aliases } = record;
        const deviceIds = [row.device_id, ...aliases.map(alias => alias.device_id)];
        const { seq, history } = await store.dialect.readMoment(store.read, async trx => ({
          seq: (await readHead(trx)).seq,
          history: await historyOf(trx, { deviceIds, before, limit: limits.historyPage }),
        }));
        const isKnown = site.row.state !== 'unknown';
        return {
          seq,
          siteId: site.row.site_id,
          device: shown(site, record),
          notes: row.notes,
          history: history.map(changeOf),
          identities: [row, ...aliases].map(one => ({ identityId: one.device_id, identity: identityText(one), mergedAt: one.merged_at })),
          alike: alikeOf(book, record).map(one => ({ ...briefOf(one.record, isKnown), confidence: one.confidence })),
        };
      });
    },

    async 'device.update'(ctx, { deviceId, label: typed, notes: typedNotes }) {
      return await withDevice(deviceId, async found => {
        const { site, book, record } = found;
        const { row: before } = record;
        const row = { ...before };
        if (typed !== undefined) row.label = typed === null ? null : cleanText(typed).trim() || null;
        if (typedNotes !== undefined) row.notes = cleanLines(typedNotes);
        const isNamed = row.label !== before.label;
        if (!isNamed && row.notes === before.notes) return { device: shown(site, record) };
        const unit = written([row]);
        const by = nameOf(ctx.actor);
        const at = ctx.now();
        if (isNamed) unit.insert('device_change', changeRow(row, { kind: 'edited', before: before.label, after: row.label }, at, by));
        else unit.insert('device_change', changeRow(row, { kind: 'edited', before: null, after: null }, at, by));
        unit.onSettled(isWritten => {
          if (isWritten) book.change(record, { ...record.row, label: row.label, notes: row.notes });
        });
        await act(ctx, unit, found, 'device.update', isNamed ? { label: row.label ?? '' } : {});
        return { device: shown(site, record) };
      });
    },

    async 'device.merge'(ctx, { deviceId, intoDeviceId }) {
      return await withDevice(intoDeviceId, async found => {
        const { site, book, record: into } = found;
        const from = deviceIn(book, deviceId);
        if (from === into) throw new AppError('bad_input', { field: 'intoDeviceId', reason: 'they are one device already' });
        const rows = mergedRows(from, into, ctx.now());
        const unit = written([rows.from, rows.into], rows.ports);
        const change = { kind: 'merged', before: deviceName(from.row), after: null } as const;
        unit.insert('device_change', changeRow(into.row, change, ctx.now(), nameOf(ctx.actor)));
        // What was wrong with it is looked for at the other one from now on.
        for (const seen of farewellsOf(from.row, from.ports)) shared.observe(unit, seen);
        stageCounts(unit, site, book.up - Number(from.row.status === 'up'), book.size - 1);
        unit.onSettled(isWritten => {
          if (!isWritten) return;
          book.drop(from);
          book.change(into, rows.into);
          book.adopt(into, [...into.aliases, ...from.aliases, rows.from]);
          if (rows.ports.length > 0) into.ports = new Map([...into.ports, ...rows.ports.map(port => [portKey(port), port] as const)]);
          into.words = undefined;
        });
        await act(ctx, unit, found, 'device.merge', { merged: deviceName(from.row), mergedDeviceId: from.row.device_id });
        return { device: shown(site, into) };
      });
    },

    async 'device.split'(ctx, { deviceId, identityId }) {
      return await withDevice(deviceId, async found => {
        const { site, book, record: root } = found;
        const alias = root.aliases.find(one => one.device_id === identityId);
        if (!alias) throw new AppError('not_found', { thing: 'identity' });
        const rows = splitRows(root, alias);
        const ports = await portsOfDevice(store.read, identityId);
        const unit = written([rows.device, rows.root]);
        for (const port of rows.givenBack) unit.run(dropPortQuery(store.read, port));
        const [by, at] = [nameOf(ctx.actor), ctx.now()];
        unit.insert('device_change', changeRow(rows.root, { kind: 'split', before: deviceName(rows.device), after: null }, at, by));
        unit.insert('device_change', changeRow(rows.device, { kind: 'split', before: deviceName(rows.root), after: null }, at, by));
        stageCounts(unit, site, book.up + Number(rows.device.status === 'up'), book.size + 1);
        const below = belowOf(identityId, root.aliases);
        const device = newRecord(rows.device, new Map(ports.map(port => [portKey(port), port])), root.checkedAt);
        device.aliases = below;
        unit.onSettled(isWritten => {
          if (!isWritten) return;
          book.adopt(
            root,
            root.aliases.filter(one => one !== alias && !below.includes(one)),
          );
          const givenBack = new Set(rows.givenBack.map(portKey));
          root.ports = new Map([...root.ports].filter(([key]) => !givenBack.has(key)));
          book.change(root, rows.root);
          book.add(device);
        });
        await act(ctx, unit, found, 'device.split', { split: deviceName(rows.device), splitDeviceId: identityId });
        return { device: shown(site, device) };
      });
    },

    async 'device.forget'(ctx, { deviceId }) {
      return await withDevice(deviceId, async found => {
        const { site, book, record } = found;
        const unit = new Unit();
        for (const query of forgetDevicesQueries(store.read, [record.row.device_id, ...record.aliases.map(one => one.device_id)]))
          unit.run(query);
        for (const seen of farewellsOf(record.row, record.ports)) shared.observe(unit, seen);
        stageCounts(unit, site, book.up - Number(record.row.status === 'up'), book.size - 1);
        unit.onSettled(isWritten => {
          if (isWritten) book.drop(record);
        });
        await act(ctx, unit, found, 'device.forget', { address: record.row.address });
        return {};
      });
    },
  };

  function written(rows: readonly DeviceTable[], ports: readonly DevicePortTable[] = []): Unit {
    const unit = new Unit();
    for (const query of putDevicesQueries(store.read, rows)) unit.run(query);
    for (const query of putPortsQueries(store.read, ports)) unit.run(query);
    return unit;
  }

  function stageCounts(unit: Unit, site: SiteRecord, up: number, known: number): void {
    stageSite(shared, unit, site, { devices_up: up, devices_known: known });
  }
}

/** @throws AppError `not_found` when it is not of that site */
function deviceIn(book: DeviceBook, deviceId: string): DeviceRecord {
  const record = book.get(deviceId) ?? [...book.all()].find(one => one.aliases.some(alias => alias.device_id === deviceId));
  if (!record) throw new AppError('not_found', { thing: 'device' });
  return record;
}

/** Those of its site that may be the same one: of its name, or where it is. */
function alikeOf(book: DeviceBook, record: DeviceRecord): { record: DeviceRecord; confidence: number }[] {
  const name = nameKey(record.row.hostname);
  const candidates = new Set([...(name === null ? [] : book.named(name)), ...book.at(record.row.address)]);
  candidates.delete(record);
  const self = profileOfRecord(record);
  return [...candidates]
    .map(one => ({ record: one, confidence: likeness(profileOfRecord(one), self) }))
    .filter(({ confidence }) => confidence >= alikeShownFrom)
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, alikeShown);
}

function shown({ row: { state } }: SiteRecord, { row, ports }: DeviceRecord) {
  return deviceOf(row, [...ports.values()], state !== 'unknown');
}

/** What a device is told by, as people read it. */
function identityText({ mac, hostname, address }: DeviceTable): string {
  if (mac !== null) return `mac:${mac}`;
  return hostname === null ? `address:${address}` : `name:${hostname} address:${address}`;
}

/** Notes have lines. */
function cleanLines(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map(cleanText)
    .join('\n')
    .trim();
}

function nameOf(actor: Actor): string | null {
  return actor.kind === 'user' ? actor.name : null;
}
