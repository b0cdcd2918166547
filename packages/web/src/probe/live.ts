import type { DashboardNews } from '@aerie/contract/dashboard';
import { createStore } from '../app/store.ts';

/** What the Harvester tells as it happens; undefined before the first word. */
export const news = createStore<DashboardNews | undefined>(undefined);

/** When the Harvester stopped answering; undefined while it does. */
export const silentSince = createStore<number | undefined>(undefined);

/** Grows when pages should read again: another report, policy or state, or the Harvester is back. */
export const edition = createStore(0);

/** Listens until the function that it returns is called. `lost` tells that nobody may listen any more. */
export function listen(lost: () => void): () => void {
  const source = new EventSource('/api/events');
  let wasSilent = false;
  source.onopen = () => {
    silentSince.set(undefined);
    if (wasSilent) edition.set(edition.get() + 1);
    wasSilent = false;
  };
  source.onmessage = event => {
    const told = JSON.parse(String(event.data)) as DashboardNews;
    const before = news.get();
    news.set(told);
    if (before && isAnother(before, told)) edition.set(edition.get() + 1);
  };
  source.onerror = () => {
    wasSilent = true;
    if (silentSince.get() === undefined) silentSince.set(Date.now());
    // A refusal, not a lost line: the browser does not try again by itself.
    if (source.readyState === EventSource.CLOSED) lost();
  };
  return () => source.close();
}

function isAnother(a: DashboardNews, b: DashboardNews): boolean {
  return (
    a.latest !== b.latest ||
    a.policyVersion !== b.policyVersion ||
    a.link !== b.link ||
    a.spoolDepth !== b.spoolDepth ||
    a.scanning !== b.scanning
  );
}
