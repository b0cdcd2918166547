import { enDevices } from '../../i18n/en-devices.ts';
import { enMaintenance } from '../../i18n/en-maintenance.ts';
import { enPolicy } from '../../i18n/en-policy.ts';
import { enSitePages } from '../../i18n/en-site-pages.ts';
import { enSites } from '../../i18n/en-sites.ts';
import { frDevices } from '../../i18n/fr-devices.ts';
import { frMaintenance } from '../../i18n/fr-maintenance.ts';
import { frPolicy } from '../../i18n/fr-policy.ts';
import { frSitePages } from '../../i18n/fr-site-pages.ts';
import { frSites } from '../../i18n/fr-sites.ts';

/** The words of the pages of sites, devices and the wall, learnt when the first of them is opened. */
export const words = {
  en: { ...enSites, ...enSitePages, ...enPolicy, ...enDevices, ...enMaintenance },
  fr: { ...frSites, ...frSitePages, ...frPolicy, ...frDevices, ...frMaintenance },
};
