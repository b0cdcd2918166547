import type { CommandInput, CommandName, CommandOutput, Site } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { catchingUp } from '../../app/catching-up.ts';
import { useConnection, useMe } from '../../app/context.ts';
import { type SiteList, siteListAfter } from './site-list.ts';
import type { Span } from './wan-history.ts';

export type SiteDetail = CommandOutput<'site.show'>;

export const sitesKey = ['site.list'] as const;
export const siteKey = (siteId: string) => ['site.show', siteId] as const;
export const diagnosticsKey = (siteId: string) => ['diagnostic.list', siteId] as const;
const curvesKey = ['site.curves'] as const;
export const wanKey = (siteId: string) => ['series.wan', siteId] as const;
export const devicesKey = (siteId: string) => ['device.show', siteId] as const;
export const siteIncidentsKey = (siteId: string, subjectId?: string) =>
  subjectId === undefined ? (['site.incidents', siteId] as const) : (['site.incidents', siteId, subjectId] as const);
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

/** A half-hour of 24 is soon enough on the list. */
const curvesMs = 10 * 60_000;

/** The WAN of the last 24 hours of all sites, as small curves. */
export function useCurves() {
  const connection = useConnection();
  return useQuery({
    queryKey: curvesKey,
    staleTime: curvesMs,
    refetchInterval: curvesMs,
    queryFn: () => connection.call('site.curves', {}),
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
export function useReports(siteId: string, sweeps = false) {
  const connection = useConnection();
  return useInfiniteQuery({
    queryKey: [...reportsKey(siteId), sweeps],
    initialPageParam: undefined as number | undefined,
    queryFn: async ({ pageParam }) =>
      (await connection.call('report.list', { siteId, sweeps, before: pageParam, limit: reportsPage })).reports,
    getNextPageParam: page => (page.length < reportsPage ? undefined : page.at(-1)?.finishedAt),
  });
}

/** A report as it came, to the letter. */
export function useRawReport(reportId: string) {
  const connection = useConnection();
  return useQuery({
    queryKey: ['report.raw', reportId],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => (await connection.call('report.raw', { reportId })).content,
  });
}

/** What differs between two reports. */
export function useComparison(fromReportId: string, toReportId: string) {
  const connection = useConnection();
  return useQuery({
    queryKey: ['report.compare', fromReportId, toReportId],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => connection.call('report.compare', { fromReportId, toReportId }),
  });
}

/** One report. It never changes. */
export function useReport(reportId: string | undefined) {
  const connection = useConnection();
  return useQuery({
    queryKey: ['report.show', reportId],
    enabled: reportId !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => connection.call('report.show', { reportId: reportId! }),
  });
}

/** The WAN of a site between two moments; what is known of another part of the past stays in sight meanwhile. `live`: it ends now. */
export function useWanSeries(siteId: string, { from, to }: Span, live: boolean, points: number) {
  const connection = useConnection();
  return useQuery({
    queryKey: [...wanKey(siteId), live ? to - from : `${from} ${to}`, points],
    placeholderData: keepPreviousData,
    // What is over does not change any more; what ends now, a report brings up to date.
    staleTime: live ? 30_000 : Number.POSITIVE_INFINITY,
    queryFn: () => {
      const end = live ? Date.now() : to;
      return connection.call('series.wan', { siteId, from: end - (to - from), to: end, points });
    },
  });
}

/** The incidents of a site, or of one device of it; asked again whenever one of the site changes. */
export function useSiteIncidents(siteId: string, wanted = true, subjectId?: string) {
  const connection = useConnection();
  return useQuery({
    queryKey: siteIncidentsKey(siteId, subjectId),
    enabled: wanted,
    queryFn: async () => (await connection.call('incident.list', { siteId, ...(subjectId === undefined ? {} : { subjectId }) })).incidents,
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

/** Maintenance of a site under way and to come. */
export function useMaintenance(siteId: string) {
  const connection = useConnection();
  return useQuery({
    queryKey: ['maintenance.list', siteId],
    queryFn: async () => (await connection.call('maintenance.list', { siteId })).maintenance,
  });
}

/** What an act on a site may change. */
const touched = ['site.list', 'site.show', 'site.incidents', 'maintenance.list', 'diagnostic.list'];

/** An act on sites; afterwards what it may have changed is asked again. */
export function useSiteAct<K extends CommandName>(command: K) {
  const connection = useConnection();
  const client = useQueryClient();
  return useMutation<CommandOutput<K>, unknown, CommandInput<K>>({
    mutationFn: input => connection.call(command, input),
    onSettled: () => Promise.all(touched.map(key => client.invalidateQueries({ queryKey: [key] }))),
  });
}
