import type { Device, Site } from '@aerie/contract';
import { useQueryClient } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useMemo } from 'react';
import { type SiteDetail, siteKey, useSites } from './queries.ts';

/** What one may go to: the sites, and the devices of the one that is open. */
export function usePlaces(): { sites: readonly Site[]; devices: readonly { device: Device; site: Site }[] } {
  const client = useQueryClient();
  const { pathname } = useLocation();
  const { data } = useSites();
  return useMemo(() => {
    const sites = data?.sites ?? [];
    const code = pathname.match(/^\/sites\/([^/]+)/)?.[1]?.toUpperCase();
    const site = sites.find(each => each.code === code);
    const devices = site && client.getQueryData<SiteDetail>(siteKey(site.siteId))?.devices;
    return { sites, devices: site && devices ? devices.map(device => ({ device, site })) : [] };
  }, [data, pathname, client]);
}
