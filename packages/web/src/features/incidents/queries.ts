import type { Incident } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { catchingUp } from '../../app/catching-up.ts';
import { useConnection, useMe } from '../../app/context.ts';
import { incidentsAfter } from './incident-list.ts';

export const incidentsKey = ['incident.list'] as const;

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

/** Says that one looks after an incident. */
export function useAcknowledge() {
  const connection = useConnection();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (incidentId: string) => connection.call('incident.acknowledge', { incidentId }),
    onSuccess: ({ incident }) =>
      client.setQueryData<readonly Incident[]>(incidentsKey, held => held && incidentsAfter(held, { event: 'incident.updated', incident })),
  });
}
