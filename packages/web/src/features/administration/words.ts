import { enAdministration } from '../../i18n/en-administration.ts';
import { frAdministration } from '../../i18n/fr-administration.ts';

/** The words of these pages, learnt when the first of them is opened. */
export const words = { en: enAdministration, fr: frAdministration };
