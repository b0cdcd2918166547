import { enIncidentPages } from '../../i18n/en-incident-pages.ts';
import { frIncidentPages } from '../../i18n/fr-incident-pages.ts';

/** The words of the incidents’ page and of timelines, learnt when the first of them is opened. */
export const words = { en: enIncidentPages, fr: frIncidentPages };
