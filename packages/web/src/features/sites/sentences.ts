import type { Device, Site } from '@aerie/contract';
import type { Figures } from '../../i18n/figures.ts';
import type { Translate } from '../../i18n/translate.ts';

/** In words, what a site's state rests on, and for how long. */
export function whySentence(site: Site, now: number, t: Translate, { span, percent, latency }: Figures): string {
  const since = (at: number | null) => span(now - (at ?? site.since));
  switch (site.why) {
    case 'probe_silent':
      return t('site.why.probe_silent', { span: since(site.lastContactAt) });
    case 'report_late':
      return site.lastReportAt === null ? t('site.why.report_none') : t('site.why.report_late', { span: since(site.lastReportAt) });
    case 'wan_loss':
      return t('site.why.wan_loss', { loss: percent(site.wanLoss ?? 0), span: since(null) });
    case 'wan_latency':
      return t('site.why.wan_latency', { latency: site.wanMedianMs === null ? '–' : latency(site.wanMedianMs), span: since(null) });
    case 'files_only':
      return site.lastReportAt === null ? t('site.why.report_none') : t('site.why.files_only', { span: since(site.lastReportAt) });
    case 'reporting':
      return site.lastReportAt === null ? t('site.why.report_none') : t('site.why.reporting', { span: since(null) });
    case 'probe_never':
      return t('site.why.probe_never');
    case 'no_probe':
      return t('site.why.no_probe');
  }
}

/** Whether what the site's figures say holds now; otherwise they are memories, and must look like it. */
export function isCurrent(site: Site): boolean {
  return site.state !== 'unknown' && site.state !== 'stale';
}

/** A device's state as it may be claimed now: where nothing is heard from the site, it is not known. */
export function deviceState(device: Device, site: Site): Device['status'] {
  return site.state === 'unknown' ? 'unknown' : device.status;
}

/** What a device is called: its name where it has one, else its address. */
export function deviceName(device: Device): string {
  return device.hostname || device.address;
}
