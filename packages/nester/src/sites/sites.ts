import type { Policy } from '@aerie/contract';
import type { SiteTable } from '../store/schema.ts';

/** A site that nothing is known of yet. */
export function newSiteRow(fields: {
  siteId: string;
  code: string;
  name: string;
  policy: Policy;
  at: number;
  group?: string;
  zone?: string;
  latitude?: number | null;
  longitude?: number | null;
}): SiteTable {
  return {
    site_id: fields.siteId,
    code: fields.code,
    name: fields.name,
    policy: JSON.stringify(fields.policy),
    state: 'unknown',
    why: 'no_probe',
    since: fields.at,
    devices_up: 0,
    devices_known: 0,
    wan_median_ms: null,
    wan_loss: null,
    last_contact_at: null,
    last_report_at: null,
    last_report_id: null,
    created_at: fields.at,
    group_name: fields.group ?? '',
    zone: fields.zone ?? 'UTC',
    latitude: fields.latitude ?? null,
    longitude: fields.longitude ?? null,
    channel_id: null,
    last_file_at: null,
    rules: '{}',
  };
}
