import type { CommandInput, CommandName, CommandOutput } from '@aerie/contract';
import { limits } from '@aerie/contract/limits';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useConnection } from '../../app/context.ts';
import { devicesKey, siteKey } from '../sites/queries.ts';

export type DeviceDetail = CommandOutput<'device.show'>;

/** A device with its history, older changes when asked. A report of its site brings it up to date. */
export function useDevice(siteId: string, deviceId: string) {
  const connection = useConnection();
  return useInfiniteQuery({
    queryKey: [...devicesKey(siteId), deviceId],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => connection.call('device.show', { deviceId, ...(pageParam === undefined ? {} : { before: pageParam }) }),
    getNextPageParam: page => (page.history.length < limits.historyPage ? undefined : page.history.at(-1)?.changeId),
  });
}

/** An act on a device; afterwards it is asked again, and its site. */
export function useDeviceAct<K extends CommandName>(command: K, siteId: string) {
  const connection = useConnection();
  const client = useQueryClient();
  return useMutation<CommandOutput<K>, unknown, CommandInput<K>>({
    mutationFn: input => connection.call(command, input),
    onSettled: () =>
      Promise.all(
        [devicesKey(siteId), siteKey(siteId)].map(queryKey => client.invalidateQueries({ queryKey: queryKey as readonly string[] })),
      ),
  });
}
