import type { Device, Site } from '@aerie/contract';
import type { Figures } from '../../i18n/figures.ts';
import type { Times } from '../../i18n/times.ts';
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
      return site.wanMedianMs === null
        ? t('site.why.wan_slow', { span: since(null) })
        : t('site.why.wan_latency', { latency: latency(site.wanMedianMs), span: since(null) });
    case 'files_only':
      return site.lastReportAt === null ? t('site.why.files_none') : t('site.why.files_only', { span: since(site.lastReportAt) });
    case 'reporting':
      return site.lastReportAt === null ? t('site.why.report_none') : t('site.why.reporting', { span: since(null) });
    case 'probe_never':
      return t('site.why.probe_never');
    case 'no_probe':
      return t('site.why.no_probe');
  }
}

/** What the state of a site says already: such an incident is not told twice. */
const saidByState: Partial<Record<Site['why'], string>> = {
  probe_silent: 'probe.silent',
  wan_loss: 'wan.loss',
  wan_latency: 'wan.latency',
};

/** A site's story in one line: what is wrong and since when, how much else is open, until when it is worked on. */
export function storyOf(site: Site, now: number, t: Translate, times: Times, figures: Figures): string {
  const { worst, openIncidents, maintenanceUntil } = site;
  const why = whySentence(site, now, t, figures);
  const isSaid = worst === null || saidByState[site.why] === worst.rule;
  // What the state rests on comes first: an incident that has nothing to do with it is only counted.
  const told =
    isSaid || site.state !== 'up'
      ? why
      : t('site.story.incident', {
          what: t(`incident.is.${worst.rule}`, { subject: worst.subject }),
          span: figures.span(now - worst.openedAt),
        });
  const counted =
    !isSaid && site.state !== 'up'
      ? `${told} · ${t('sites.incidents', { count: openIncidents })}`
      : openIncidents > 1
        ? t('site.story.incidents', { count: openIncidents, what: told })
        : told;
  if (maintenanceUntil === null || maintenanceUntil <= now) return counted;
  const until = t('site.story.maintenance', { when: times.near(maintenanceUntil, now) });
  return site.state === 'up' && openIncidents === 0 ? until : `${until} · ${counted}`;
}

/** Whether what the site's figures say holds now; otherwise they are memories, and must look like it. */
export function isCurrent(site: Site): boolean {
  return site.state !== 'unknown' && site.state !== 'stale';
}

/** A device's state as it may be claimed now: where nothing is heard from the site, it is not known. */
export function deviceState(device: Pick<Device, 'status'>, site: Site): Device['status'] {
  return site.state === 'unknown' ? 'unknown' : device.status;
}

/** What a device is called: as people named it, else as it calls itself, else its address. */
export function deviceName(device: Pick<Device, 'label' | 'hostname' | 'address'>): string {
  return device.label || device.hostname || device.address;
}
