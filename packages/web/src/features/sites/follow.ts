import type { Diagnostic, EventFrame, Incident } from '@aerie/contract';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useConnection } from '../../app/context.ts';
import { incidentsAfter } from '../incidents/incident-list.ts';
import { incidentsKey } from '../incidents/queries.ts';
import { devicesKey, diagnosticsKey, reportsKey, type SiteDetail, siteIncidentsKey, siteKey, sitesKey, wanKey } from './queries.ts';
import { type SiteList, siteListAfter } from './site-list.ts';

/** What may have changed while the connection was lost. */
const missed = [
  'site.list',
  'site.show',
  'site.incidents',
  'device.show',
  'report.list',
  'series.wan',
  'incident.list',
  'maintenance.list',
  'diagnostic.list',
];

/** Brings the events of sites and incidents to what the pages hold; to be used once, around all pages. */
export function useFollowSites(): void {
  const connection = useConnection();
  const client = useQueryClient();
  useEffect(() => connection.onEvent(frame => bring(client, frame)), [connection, client]);
  useEffect(() => {
    let { status } = connection;
    return connection.subscribe(() => {
      const was = status;
      status = connection.status;
      // What was missed comes as events, but not what is never logged; and after too long it does not come at all.
      if (status !== 'live' || was === 'live') return;
      for (const key of missed) void client.invalidateQueries({ queryKey: [key] });
    });
  }, [connection, client]);
}

/** Brings one event to what is held. */
export function bring(client: QueryClient, frame: EventFrame): void {
  switch (frame.event) {
    case 'site.created':
    case 'site.updated':
      client.setQueryData<SiteList>(sitesKey, list => list && siteListAfter(list, frame));
      void client.invalidateQueries({ queryKey: siteKey(frame.site.siteId) });
      break;
    case 'site.contacted':
      client.setQueryData<SiteList>(sitesKey, list => list && siteListAfter(list, frame));
      contacted(client, frame);
      break;
    case 'device.changed':
    case 'report.accepted':
      void client.invalidateQueries({ queryKey: siteKey(frame.siteId) });
      void client.invalidateQueries({ queryKey: reportsKey(frame.siteId) });
      void client.invalidateQueries({ queryKey: wanKey(frame.siteId) });
      void client.invalidateQueries({ queryKey: devicesKey(frame.siteId) });
      break;
    case 'site.scanning':
      client.setQueryData<SiteDetail>(
        siteKey(frame.siteId),
        held =>
          held && { ...held, probes: held.probes.map(probe => (probe.probeId === frame.probeId ? { ...probe, scan: frame.scan } : probe)) },
      );
      break;
    case 'diagnostic.progressed':
      progressed(client, frame);
      break;
    case 'maintenance.changed':
      void client.invalidateQueries({ queryKey: ['site.show'] });
      void client.invalidateQueries({ queryKey: ['maintenance.list'] });
      break;
    case 'incident.opened':
    case 'incident.updated':
      client.setQueryData<readonly Incident[]>(incidentsKey, held => held && incidentsAfter(held, frame));
      void client.invalidateQueries({ queryKey: siteIncidentsKey(frame.incident.siteId) });
      break;
  }
}

/** A probe was heard. Which one is plain while there is only one; what else it said of itself is asked for when it matters. */
function contacted(client: QueryClient, frame: EventFrame & { event: 'site.contacted' }): void {
  const key = siteKey(frame.siteId);
  const held = client.getQueryData<SiteDetail>(key);
  if (!held) return;
  const active = held.probes.filter(probe => probe.revokedAt === null);
  const [probe] = active;
  const same = active.length === 1 && probe!.connected === frame.connected && probe!.policyVersion === held.policy.version;
  if (!same) {
    void client.invalidateQueries({ queryKey: key });
    return;
  }
  const { lastContactAt, spoolDepth } = frame;
  client.setQueryData<SiteDetail>(key, {
    ...held,
    site: { ...held.site, lastContactAt },
    probes: held.probes.map(each => (each === probe ? { ...each, lastContactAt, spoolDepth } : each)),
  });
}

/** A diagnostic went on. One that is not known here was asked by somebody else a moment ago. */
function progressed(client: QueryClient, frame: EventFrame & { event: 'diagnostic.progressed' }): void {
  const key = diagnosticsKey(frame.siteId);
  const held = client.getQueryData<readonly Diagnostic[]>(key);
  if (!held?.some(({ diagnosticId }) => diagnosticId === frame.diagnosticId)) {
    void client.invalidateQueries({ queryKey: key });
    return;
  }
  const { state, summary } = frame;
  client.setQueryData<readonly Diagnostic[]>(
    key,
    held.map(one => (one.diagnosticId === frame.diagnosticId ? { ...one, state, summary, lines: [...one.lines, ...frame.lines] } : one)),
  );
  // Its end has a time, and a page that missed some lines gets them all.
  if (summary) void client.invalidateQueries({ queryKey: key });
}
