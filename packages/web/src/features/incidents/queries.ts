import type { CommandInput, CommandName, CommandOutput, Incident } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';
import { type InfiniteData, type QueryClient, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { catchingUp } from '../../app/catching-up.ts';
import { useConnection, useMe } from '../../app/context.ts';
import { incidentsAfter, isOngoing, isWanted, type Wanted } from './incident-list.ts';

export type IncidentDetail = CommandOutput<'incident.show'>;

export const incidentsKey = ['incident.list'] as const;
const incidentKey = (incidentId: string) => ['incident.show', incidentId] as const;

/** Incidents, kept up to date by the events; nothing for those who may not see them. */
export function useIncidents() {
  const connection = useConnection();
  const { role } = useMe();
  return useQuery({
    queryKey: incidentsKey,
    enabled: atLeast(role, 'technician'),
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () =>
      catchingUp(connection, async () => (await connection.call('incident.list', {})).incidents as readonly Incident[], incidentsAfter),
  });
}

/** Those that go on, at most: more of them than anybody reads. */
export const mostOngoing = 200;
const resolvedPage = 50;

function asked({ siteId, rule, severity }: Wanted) {
  return { ...(siteId && { siteId }), ...(rule && { rule }), ...(severity && { severity }) };
}

/** The incidents that are asked for and not over, followed while somebody looks. `undefined`: not asked yet. */
export function useOngoing(wanted: Wanted | undefined) {
  const connection = useConnection();
  const client = useQueryClient();
  const me = useMe();
  const { siteId, rule, severity } = wanted ?? {};
  const key = [...incidentsKey, 'ongoing', siteId, rule, severity] as const;
  const enabled = wanted !== undefined && wanted.state !== 'resolved';
  useFollowed(frame => {
    client.setQueryData<readonly Incident[]>(key, held => held && incidentsAfter(held, frame));
  }, enabled);
  const query = useQuery({
    queryKey: key,
    enabled,
    staleTime: 0,
    queryFn: () =>
      catchingUp(
        connection,
        async () =>
          (await connection.call('incident.list', { ...asked(wanted!), state: 'unresolved', limit: mostOngoing }))
            .incidents as readonly Incident[],
        incidentsAfter,
      ),
  });
  return { ...query, data: enabled ? query.data?.filter(each => isOngoing(each) && isWanted(each, wanted, me)) : [] };
}

/** The incidents that are asked for and over, newest first, older ones when asked. */
export function useResolved(wanted: Wanted | undefined) {
  const connection = useConnection();
  const client = useQueryClient();
  const { userId } = useMe();
  const enabled = wanted !== undefined && (wanted.state === undefined || wanted.state === 'resolved');
  const { siteId, rule, severity, mine } = wanted ?? {};
  const key = [...incidentsKey, 'resolved', siteId, rule, severity, mine] as const;
  const me = useMe();
  useFollowed(({ incident }) => {
    if (isOngoing(incident) || !wanted || !isWanted(incident, wanted, me)) return;
    client.setQueryData<InfiniteData<readonly Incident[]>>(key, held => {
      if (!held) return held;
      const known = held.pages.some(page => page.some(each => each.incidentId === incident.incidentId));
      const pages = known
        ? held.pages.map(page => page.map(each => (each.incidentId === incident.incidentId ? incident : each)))
        : [[incident, ...held.pages[0]!], ...held.pages.slice(1)];
      return { ...held, pages };
    });
  }, enabled);
  return useInfiniteQuery({
    queryKey: key,
    enabled,
    staleTime: 0,
    initialPageParam: undefined as number | undefined,
    queryFn: async ({ pageParam }) => {
      const { incidents } = await connection.call('incident.list', {
        ...asked(wanted!),
        ...(mine && { assigneeId: userId }),
        state: 'resolved',
        limit: resolvedPage,
        ...(pageParam !== undefined && { before: pageParam }),
      });
      return incidents as readonly Incident[];
    },
    getNextPageParam: (page, _, before) => {
      if (page.length < resolvedPage) return undefined;
      // Many may have begun in one moment: that one is asked for again, unless all of the page did.
      const [first, last] = [page[0]!.openedAt, page.at(-1)!.openedAt];
      return first === last || last + 1 === before ? last : last + 1;
    },
  });
}

/** Hears of incidents while it is shown. */
function useFollowed(heard: (frame: { event: 'incident.updated'; incident: Incident }) => void, enabled: boolean): void {
  const connection = useConnection();
  useEffect(() => {
    if (!enabled) return;
    return connection.onEvent(frame => {
      if (frame.event === 'incident.opened' || frame.event === 'incident.updated')
        heard({ event: 'incident.updated', incident: frame.incident });
    });
  });
}

/** An incident with its timeline; asked again whenever it, or one under it, changes. */
export function useIncident(incidentId: string) {
  const connection = useConnection();
  const client = useQueryClient();
  useEffect(
    () =>
      connection.onEvent(frame => {
        const concerns =
          (frame.event === 'incident.updated' || frame.event === 'incident.opened') &&
          (frame.incident.incidentId === incidentId || frame.incident.parentId === incidentId);
        if (concerns || frame.event === 'delivery.changed') void client.invalidateQueries({ queryKey: incidentKey(incidentId) });
      }),
    [connection, client, incidentId],
  );
  return useQuery({
    queryKey: incidentKey(incidentId),
    staleTime: 0,
    retry: (count, error) => (error as { code?: string }).code !== 'not_found' && count < 1,
    queryFn: () => connection.call('incident.show', { incidentId }),
  });
}

/** Shows an incident as it is now, wherever it is shown. */
function showNow(client: QueryClient, incident: Incident): void {
  client.setQueryData<readonly Incident[]>(incidentsKey, held => held && incidentsAfter(held, { event: 'incident.updated', incident }));
  void client.invalidateQueries({ queryKey: incidentKey(incident.incidentId) });
}

type IncidentAct = Extract<CommandName, `incident.${'acknowledge' | 'assign' | 'snooze' | 'note' | 'resolve' | 'test'}`>;

/** An act on an incident; what it changed is shown at once. */
export function useIncidentAct<K extends IncidentAct>(command: K) {
  const connection = useConnection();
  const client = useQueryClient();
  return useMutation<CommandOutput<K>, unknown, CommandInput<K>>({
    mutationFn: input => connection.call(command, input),
    onSuccess: output => showNow(client, (output as { incident: Incident }).incident),
  });
}

/** Says that one looks after an incident. */
export function useAcknowledge() {
  const connection = useConnection();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (incidentId: string) => connection.call('incident.acknowledge', { incidentId }),
    onSuccess: ({ incident }) => showNow(client, incident),
  });
}
