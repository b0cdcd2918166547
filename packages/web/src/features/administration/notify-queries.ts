import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useConnection } from '../../app/context.ts';
import { useAskedAgain } from './queries.ts';

/** Whom incidents are told to, with what became of the last delivery of each. */
export function useRoutes() {
  const connection = useConnection();
  useAskedAgain('route.list', 'delivery.changed');
  return useQuery({ queryKey: ['route.list'], queryFn: async () => (await connection.call('route.list', {})).routes });
}

export function useMailServer() {
  const connection = useConnection();
  return useQuery({ queryKey: ['mail.show'], queryFn: async () => (await connection.call('mail.show', {})).server });
}

export interface DeliveryQuestion {
  routeId?: string | undefined;
  state?: 'waiting' | 'sent' | 'failed' | undefined;
}

const deliveryPage = 50;

/** What was told, newest first, older ones when asked. */
export function useDeliveries(question: DeliveryQuestion) {
  const connection = useConnection();
  useAskedAgain('delivery.list', 'delivery.changed');
  return useInfiniteQuery({
    queryKey: ['delivery.list', question],
    initialPageParam: undefined as number | undefined,
    queryFn: async ({ pageParam }) =>
      (await connection.call('delivery.list', { ...question, before: pageParam, limit: deliveryPage })).deliveries,
    getNextPageParam: page => (page.length < deliveryPage ? undefined : page.at(-1)?.createdAt),
  });
}

/** Tokens of programs, newest first. */
export function useTokens() {
  const connection = useConnection();
  return useQuery({ queryKey: ['token.list'], queryFn: async () => (await connection.call('token.list', {})).tokens });
}

/** What Nester keeps, and how much of it. */
export function useStorage() {
  const connection = useConnection();
  return useQuery({ queryKey: ['storage.show'], staleTime: 0, queryFn: () => connection.call('storage.show', {}) });
}

/** Maintenance of all sites: under way and to come, or what is over too. */
export function useAllMaintenance(past: boolean) {
  const connection = useConnection();
  useAskedAgain('maintenance.list', 'maintenance.changed');
  return useQuery({
    queryKey: ['maintenance.list', 'all', past],
    queryFn: async () => (await connection.call('maintenance.list', { past })).maintenance,
  });
}
