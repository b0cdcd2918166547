import type { enBackups } from './en-backups.ts';
import type { Entry } from './translate.ts';

/** Le français des sauvegardes. */
export const frBackups: Record<keyof typeof enBackups, Entry> = {
  'backups.age': 'depuis la dernière sauvegarde',
  'backups.none': 'Aucune sauvegarde',
  'backups.good': 'À l’heure',
  'backups.awaited': 'La première est attendue',
  'backups.late': 'En retard',
  'backups.unwatched': 'Non surveillé',
  'backups.lateText': 'Il en manque une : elles sont en retard après {span}.',
  'backups.goodText': 'S’il n’en vient aucune pendant {span}, c’est un incident.',
  'backups.unwatchedText':
    'Personne n’est prévenu s’il n’en vient plus. AERIE_BACKUP_LATE_HOURS fixe le nombre d’heures après lequel c’est un incident.',
  'backups.last': 'Dernière tentative',
  'backups.made': 'Faite et vérifiée',
  'backups.failed': 'Échec',
  'backups.alone': 'Faite, mais non copiée',
  'backups.took': 'en {span}',
  'backups.never': 'Aucune que cette base de données connaisse.',
  'backups.folder': 'Elles se trouvent dans',
  'backups.copies': 'Copies envoyées à',
  'backups.noCopies': 'personne : si cette machine est perdue, elles le sont aussi',
  'backups.copied': 'copiée',
  'backups.make': 'En faire une maintenant',
  'backups.makeText': 'Sur la machine de Nester, en root. Dans une copie du dépôt, écrivez npx devant.',
  'backups.blankText': 'Une minuterie les fait une fois installée ; vous pouvez aussi en faire une avec la commande ci-dessus.',
  'backups.all': { one: '{count} sauvegarde', other: '{count} sauvegardes' },
  'backups.sum': '{size} en tout',
  'backups.when': 'État du',
  'backups.size': 'Taille',
  'backups.file': 'Fichier',
  'backups.kept': 'Gardée pour de bon',
  'backups.keptText': 'Ce qui est gardé pour de bon n’est jamais supprimé, tant qu’un fichier du même nom suivi de .keep se trouve à côté.',
};
