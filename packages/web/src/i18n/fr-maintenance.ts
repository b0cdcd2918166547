import type { enMaintenance } from './en-maintenance.ts';
import type { Entry } from './translate.ts';

/** Le français de la maintenance. */
export const frMaintenance: Record<keyof typeof enMaintenance, Entry> = {
  'maintenance.title': 'Maintenance',
  'maintenance.text':
    'Pendant une maintenance, les incidents sont consignés et personne n’est prévenu. Ce qui ne va toujours pas à la fin est alors annoncé.',
  'maintenance.none': 'Aucune n’est annoncée.',
  'maintenance.announce': 'Annoncer une maintenance',
  'maintenance.announceAt': 'Maintenance à {site}',
  'maintenance.announced': 'Maintenance annoncée.',
  'maintenance.what': 'Ce qui est fait',
  'maintenance.when': 'Quand',
  'maintenance.once': 'Une fois',
  'maintenance.everyWeek': 'Chaque semaine',
  'maintenance.from': 'Début',
  'maintenance.to': 'Fin',
  'maintenance.days': 'Jours',
  'maintenance.clocks': 'À l’heure du site : {zone}.',
  'maintenance.atAll': 'Sur tous les sites, chacun à son heure',
  'maintenance.everywhere': 'tous les sites',
  'maintenance.by': 'annoncée par {name}',
  'maintenance.until': 'en cours jusqu’à {when}',
  'maintenance.fromTo': 'de {from} à {to}',
  'maintenance.there': '{from}–{to} à {zone}',
  'maintenance.weekly': 'chaque semaine, {days}',
  'maintenance.over': 'terminée',
  'maintenance.end': 'Terminer maintenant',
  'maintenance.callOff': 'Annuler',
  'maintenance.ended': 'Maintenance terminée.',
};
