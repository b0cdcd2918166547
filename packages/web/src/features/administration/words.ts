import { enAdministration } from '../../i18n/en-administration.ts';
import { enBackups } from '../../i18n/en-backups.ts';
import { enMaintenance } from '../../i18n/en-maintenance.ts';
import { enTelling } from '../../i18n/en-telling.ts';
import { frAdministration } from '../../i18n/fr-administration.ts';
import { frBackups } from '../../i18n/fr-backups.ts';
import { frMaintenance } from '../../i18n/fr-maintenance.ts';
import { frTelling } from '../../i18n/fr-telling.ts';

/** The words of these pages, learnt when the first of them is opened. */
export const words = {
  en: { ...enAdministration, ...enTelling, ...enMaintenance, ...enBackups },
  fr: { ...frAdministration, ...frTelling, ...frMaintenance, ...frBackups },
};
