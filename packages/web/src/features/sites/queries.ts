import type { CommandInput, CommandName, CommandOutput, Site } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { catchingUp } from '../../app/catching-up.ts';
import { useConnection, useMe } from '../../app/context.ts';
import { type SiteList, siteListAfter } from './site-list.ts';

export type SiteDetail = CommandOutput<'site.show'>;

export const sitesKey = ['site.list'] as const;
export const siteKey = (siteId: string) => ['site.show', siteId] as const;
export const diagnosticsKey = (siteId: string) => ['diagnostic.list', siteId] as const;
export const reportsKey = (siteId: string) => ['report.list', siteId] as const;

/** All sites, kept up to date by the events; nothing for those who may not see them. */
export function useSites(wanted = true) {
  const connection = useConnection();
  const { role } = useMe();
  return useQuery({
    queryKey: sitesKey,
    enabled: wanted && atLeast(role, 'technician'),
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => catchingUp<SiteList>(connection, () => connection.call('site.list', {}), siteListAfter),
  });
}

/** The site that a code names, and whether that is known yet. */
export function useSiteNamed(code: string): { site: Site | undefined; isPending: boolean; error: unknown; refetch: () => void } {
  const { data, isPending, error, refetch } = useSites();
  const site = data?.sites.find(each => each.code === code.toUpperCase());
  return { site, isPending, error, refetch: () => void refetch() };
}

/** How often a site is asked again while a probe is awaited: of a second probe that joins, no event tells. */
const awaitedMs = 3_000;

/** A site with all that its page shows. */
export function useSite(siteId: string, awaitsProbe = false) {
  const connection = useConnection();
  return useQuery({
    queryKey: siteKey(siteId),
    queryFn: () => connection.call('site.show', { siteId }),
    refetchInterval: awaitsProbe ? awaitedMs : false,
  });
}

const reportsPage = 50;

/** Reports of a site, newest first, older ones when asked. */
export function useReports(siteId: string) {
  const connection = useConnection();
  return useInfiniteQuery({
    queryKey: reportsKey(siteId),
    initialPageParam: undefined as number | undefined,
    queryFn: async ({ pageParam }) => (await connection.call('report.list', { siteId, before: pageParam, limit: reportsPage })).reports,
    getNextPageParam: page => (page.length < reportsPage ? undefined : page.at(-1)?.finishedAt),
  });
}

/** One report. It never changes. */
export function useReport(reportId: string) {
  const connection = useConnection();
  return useQuery({
    queryKey: ['report.show', reportId],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => connection.call('report.show', { reportId }),
  });
}

/** What the probes of a site were asked by hand, newest first; the events tell how those that run go on. */
export function useDiagnostics(siteId: string) {
  const connection = useConnection();
  return useQuery({
    queryKey: diagnosticsKey(siteId),
    queryFn: async () => (await connection.call('diagnostic.list', { siteId })).diagnostics,
  });
}

/** An act on sites; afterwards what it may have changed is asked again. */
export function useSiteAct<K extends CommandName>(command: K) {
  const connection = useConnection();
  const client = useQueryClient();
  return useMutation<CommandOutput<K>, unknown, CommandInput<K>>({
    mutationFn: input => connection.call(command, input),
    onSettled: () => Promise.all(['site.list', 'site.show', 'diagnostic.list'].map(key => client.invalidateQueries({ queryKey: [key] }))),
  });
}
