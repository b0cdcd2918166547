import type { enPlaces } from './en-places.ts';
import type { Entry } from './translate.ts';

/** Le français de ce qui se dit partout des sites et des incidents. */
export const frPlaces: Record<keyof typeof enPlaces, Entry> = {
  'rooms.sites': 'Sites',
  'rooms.incidents': 'Incidents',
  'rail.incidents': { one: '{count} incident en cours', other: '{count} incidents en cours' },
  'rail.files': { one: '{count} fichier attend quelqu’un', other: '{count} fichiers attendent quelqu’un' },
  'rail.troubled': { one: '{count} site à regarder : {state}', other: '{count} sites à regarder, le pire : {state}' },
  'closed.title': 'Cette page vous est fermée',
  'closed.text': 'Les techniciens et les administrateurs voient les sites. Demandez à un administrateur.',
  'site.state.up': 'En service',
  'site.state.degraded': 'Dégradé',
  'site.state.down': 'En panne',
  'site.state.unknown': 'Inconnu',
  'site.state.stale': 'Pas à jour',
  'site.state.maintenance': 'Maintenance',
  'palette.sitePlaceholder': 'Un canal, une personne, un site, un équipement, une action',
  'keys.lists': 'Sites et incidents',
  'keys.moveRow': 'Ligne suivante, précédente',
  'keys.openRow': 'Ouvrir',
  'keys.acknowledge': 'Prendre en charge l’incident',
};
