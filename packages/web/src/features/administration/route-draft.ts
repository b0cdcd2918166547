import type { CommandInput, CommandOutput, Severity } from '@aerie/contract';
import type { Language } from '@aerie/contract/errors';

export type Route = CommandOutput<'route.list'>['routes'][number];
export type RouteFields = CommandInput<'route.create'>;

/** What the form of a route holds, of all kinds at once: changing the kind loses nothing that was typed. */
export interface RouteDraft {
  name: string;
  on: boolean;
  kind: 'channel' | 'mail' | 'webhook';
  /** Empty: each site’s own. */
  channelId: string;
  /** As typed: by lines, commas or spaces. */
  to: string;
  url: string;
  of: 'all' | 'some';
  siteIds: string[];
  groups: string[];
  atLeast: Severity;
  language: Language;
}

/** The form of a new route, or of one that is there. */
export function routeDraft(route: Route | undefined, language: Language): RouteDraft {
  const target = route?.target;
  return {
    name: route?.name ?? '',
    on: route?.on ?? true,
    kind: target?.kind ?? 'mail',
    channelId: target?.kind === 'channel' ? (target.channelId ?? '') : '',
    to: target?.kind === 'mail' ? target.to.join('\n') : '',
    url: target?.kind === 'webhook' ? target.url : '',
    of: route && (route.siteIds || route.groups) ? 'some' : 'all',
    siteIds: route?.siteIds ?? [],
    groups: route?.groups ?? [],
    atLeast: route?.atLeast ?? 'warning',
    language: route?.language ?? language,
  };
}

/** The addresses in what was typed. */
export function addressesIn(typed: string): string[] {
  return [...new Set(typed.split(/[\s,;]+/).filter(Boolean))];
}

/** What keeps a form from being sent; undefined when nothing does. */
export type RouteFault = 'name' | 'to' | 'url' | 'sites';

export function routeFault(draft: RouteDraft): RouteFault | undefined {
  if (draft.name.trim() === '') return 'name';
  if (draft.kind === 'mail') {
    const to = addressesIn(draft.to);
    if (to.length === 0 || to.length > 20 || !to.every(each => /^[^\s@<>",;:\\()[\]]+@[^\s@<>",;:\\()[\]]+$/.test(each))) return 'to';
  }
  if (draft.kind === 'webhook' && !(URL.canParse(draft.url.trim()) && /^https?:/i.test(draft.url.trim()))) return 'url';
  return draft.of === 'some' && draft.siteIds.length + draft.groups.length === 0 ? 'sites' : undefined;
}

/** What a form says, as it is sent. */
export function routeFields(draft: RouteDraft): RouteFields {
  const { kind, on, atLeast, language } = draft;
  const some = draft.of === 'some';
  return {
    name: draft.name.trim(),
    on,
    target:
      kind === 'channel'
        ? { kind, channelId: draft.channelId || null }
        : kind === 'mail'
          ? { kind, to: addressesIn(draft.to) }
          : { kind, url: draft.url.trim() },
    siteIds: some && draft.siteIds.length > 0 ? draft.siteIds : null,
    groups: some && draft.groups.length > 0 ? draft.groups : null,
    atLeast,
    language,
  };
}
