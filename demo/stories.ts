import type { Past } from './history.ts';
import { badMs, flapCount, flapMs } from './link.ts';
import { moments } from './timetable.ts';

const minute = 60_000;
const hour = 60 * minute;

/** Something that happens at its moment. */
export interface Step {
  at: number;
  run: () => Promise<void>;
}

/** What happened in the month, and what people said of it. */
export function storySteps(past: Past): Step[] {
  return [
    ...greetings(past),
    ...dyingLink(past),
    ...maintenanceStory(past),
    ...nightDevice(past),
    ...certificateStory(past),
    ...openedPort(past),
    ...slowLink(past),
    ...silentProbe(past),
  ];
}

function greetings(past: Past): Step[] {
  const { beginning } = moments(past.scene);
  const { seededAt } = past.scene;
  return [
    said(
      past,
      beginning + 20 * minute,
      'claire',
      'général',
      `Bonjour à toutes et à tous. Les ${past.scene.sites} franchises sont en place, chacune avec sa sonde.`,
    ),
    said(
      past,
      beginning + 24 * minute,
      'sam',
      'général',
      'Morning! Kansas City sees every site. From today, incidents come up in **#supervision**.',
    ),
    said(past, beginning + 31 * minute, 'emma', 'général', 'Super. Où est-ce que je vois si mon site va bien ?'),
    said(past, beginning + 33 * minute, 'julien', 'général', 'Demandez-nous ici, @emma : la page *Sites* est réservée aux techniciens.'),
    said(past, seededAt - 26 * hour, 'maria', 'général', 'Reminder: the shift changes at 06:00 Central. What is open is in #supervision.'),
    said(past, seededAt - 20 * hour, 'emma', 'général', 'L’imprimante du hall marche de nouveau, merci !'),
    said(
      past,
      seededAt - 50 * minute,
      'claire',
      'général',
      'Réunion d’exploitation à 16 h. Ordre du jour : certificats, fichiers reçus par SCP, bilan du mois.',
    ),
    said(
      past,
      seededAt - 44 * minute,
      'sam',
      'général',
      'I have the numbers for Green Bay: 15 incidents before the modem was replaced, none since.',
    ),
    said(past, seededAt - 41 * minute, 'claire', 'général', 'Parfait, @sam, mettez la courbe des **30 jours** dans le compte rendu.'),
    said(
      past,
      seededAt - 12 * minute,
      'maria',
      'général',
      'Two files wait in the inbox, one from a training camp in London. Is that a site of ours?',
    ),
    said(
      past,
      seededAt - 9 * minute,
      'claire',
      'général',
      'Pas encore. La franchise de Londres arrive au printemps : laissez le fichier en attente.',
    ),
  ];
}

/** Loss that grows for days, a line that comes and goes, a new modem. */
function dyingLink(past: Past): Step[] {
  const one = past.site('dyingLink');
  if (!one) return [];
  const { linkEpisodes, linkFlaps, linkMended } = moments(past.scene);
  const { siteId } = one.seeded;
  const report = (at: number): Step => ({ at, run: () => past.report('sweep', [one]) });
  const steps = linkEpisodes.flatMap(begin => [0.5, 6, 26.5, 32.5].map(after => report(begin + after * minute)));
  const [first, second] = linkEpisodes as [number, number, number];
  const name = one.site.franchise.city;
  steps.push(
    {
      at: first + 9 * minute,
      run: async () => {
        await past.as('julien', 'incident.acknowledge', {
          incidentId: await past.openIncident(siteId),
          note: 'Routeur du site sain, perte chez l’opérateur.',
        });
        await past.say(
          'julien',
          'supervision',
          `${name} : le routeur répond en 0,6 ms, la perte commence chez l’opérateur. Je les appelle.`,
        );
      },
    },
    said(past, first + 34 * minute, 'julien', 'supervision', 'Revenu seul. L’opérateur ne voit rien de son côté.'),
    said(
      past,
      second + 12 * minute,
      'sam',
      'supervision',
      `${name} again. The loss has been creeping up for days, look at the week's curve.`,
    ),
    said(past, second + 15 * minute, 'julien', 'supervision', 'Oui, c’est net. J’envoie la courbe à l’opérateur avec le ticket.'),
  );
  for (let n = 0; n < flapCount; n++) {
    const begin = linkFlaps + n * flapMs;
    steps.push(...[3_000, badMs - 3_000, badMs + 6_000, flapMs - 3_000].map(after => report(begin + after)));
  }
  steps.push(
    said(past, linkFlaps + 4 * flapMs + minute, 'sam', 'supervision', `${name} is flapping now. Up, down, up, down.`),
    said(
      past,
      linkFlaps + flapCount * flapMs + 2 * minute,
      'sam',
      'supervision',
      'Good: Aerie stopped telling us after ten. A technician of the provider is on the way.',
    ),
    ...[1, 6, 12].map(after => report(linkMended + after * minute)),
    said(
      past,
      linkMended + 14 * minute,
      'julien',
      'supervision',
      `${name} : modem remplacé, plus aucune perte depuis dix minutes. Ticket clos, merci @sam.`,
    ),
  );
  return steps;
}

/** An announced maintenance, and a probe that is silent in it: recorded, and nobody is told. */
function maintenanceStory(past: Past): Step[] {
  const one = past.site('maintenance');
  if (!one) return [];
  const { from, to } = moments(past.scene).maintenance;
  const { city, zone } = one.site.franchise;
  return [
    {
      at: Math.max(from - 20 * hour, moments(past.scene).beginning + hour),
      run: async () => {
        const once = { from: localMoment(from, zone), to: localMoment(to, zone) };
        await past.as('julien', 'maintenance.create', {
          title: 'Remplacement de l’onduleur',
          siteIds: [one.seeded.siteId],
          times: { once },
        });
        await past.say('julien', 'supervision', `Maintenance annoncée à ${city} demain : remplacement de l’onduleur, une heure et demie.`);
      },
    },
    { at: from + 9 * minute, run: () => past.report('sweep', [one]) },
    { at: from + 12 * minute, run: () => past.lookForSilence() },
    { at: from + 55 * minute, run: () => past.report('full', [one]) },
    said(past, from + 60 * minute, 'maria', 'supervision', `${city} is back after the UPS swap. Nobody was woken.`),
  ];
}

/** A device that nobody knows, in the night; and a printer that has another address. */
function nightDevice(past: Past): Step[] {
  const one = past.site('nightDevice');
  if (!one) return [];
  const { nightDevice: at, printerMoves } = moments(past.scene);
  const { city } = one.site.franchise;
  const { siteId } = one.seeded;
  return [
    {
      at: moments(past.scene).beginning + 2 * minute,
      run: async () =>
        void (await past.as('claire', 'site.update', { siteId, rules: { 'device.address': { on: true, severity: 'info' } } })),
    },
    { at: printerMoves + minute, run: () => past.report('full', [one]) },
    {
      at: printerMoves + 30 * minute,
      run: async () => {
        await past.as('sam', 'incident.resolve', { incidentId: await past.openIncident(siteId), note: 'DHCP lease, reservation made.' });
        await past.say('sam', 'supervision', `${city}: the second printer got another address. I made a reservation.`);
      },
    },
    { at: at + minute, run: () => past.report('full', [one]) },
    said(
      past,
      at + 6 * minute,
      'maria',
      'supervision',
      `A Raspberry Pi with SSH and RTSP at ${city}, in the middle of the night. Anybody?`,
    ),
    {
      at: at + 7 * hour,
      run: async () => {
        const incidentId = await past.openIncident(siteId);
        await past.as('julien', 'incident.note', {
          incidentId,
          text: 'Caméra d’essai du prestataire vidéo, posée hors horaire. À retirer vendredi.',
        });
        await past.as('julien', 'incident.resolve', { incidentId });
        await past.say(
          'julien',
          'supervision',
          `${city} : c’est la caméra d’essai du prestataire vidéo. Je l’ai notée, elle part vendredi.`,
        );
      },
    },
  ];
}

function certificateStory(past: Past): Step[] {
  const one = past.site('certificate');
  if (!one) return [];
  const { certificateSeen, certificateEnds } = moments(past.scene);
  const at = Math.max(certificateSeen, certificateEnds - 20 * 24 * hour) + 10 * minute;
  return [
    { at, run: () => past.report('full', [one]) },
    said(
      past,
      at + 3 * hour,
      'claire',
      'supervision',
      `Le certificat de srv-files à ${one.site.franchise.city} arrive à échéance. Qui peut le renouveler ?`,
    ),
    said(past, at + 4 * hour, 'maria', 'supervision', 'On my list for next week.'),
  ];
}

/** A few hours ago, and somebody has it. */
function openedPort(past: Past): Step[] {
  const one = past.site('openedPort');
  if (!one) return [];
  const { portOpens } = moments(past.scene);
  const { siteId } = one.seeded;
  return [
    { at: portOpens + minute, run: () => past.report('full', [one]) },
    {
      at: portOpens + 14 * minute,
      run: async () => {
        const incidentId = await past.openIncident(siteId);
        await past.as('maria', 'incident.acknowledge', { incidentId, note: 'Asking the site whether remote desktop is wanted.' });
        await past.say(
          'maria',
          'supervision',
          `${one.site.franchise.city}: 3389 is open on srv-files since the last scan. I am asking whether that is wanted.`,
        );
      },
    },
    said(past, portOpens + 21 * minute, 'julien', 'supervision', 'Sans doute le prestataire de la paie. À fermer s’il n’a pas demandé.'),
  ];
}

/** For two hours, and still so when the demonstration begins. */
function slowLink(past: Past): Step[] {
  const one = past.site('slow');
  if (!one) return [];
  const { slowSince } = moments(past.scene);
  return [
    ...[1, 4, 7, 30, 60, 90].map(after => ({ at: slowSince + after * minute, run: () => past.report('sweep', [one]) })),
    said(
      past,
      slowSince + 12 * minute,
      'sam',
      'supervision',
      `${one.site.franchise.city}: slow from the provider on, router fine. Their status page says maintenance.`,
    ),
  ];
}

/** Since three quarters of an hour, and still so when the demonstration begins. */
function silentProbe(past: Past): Step[] {
  const one = past.site('silent');
  if (!one) return [];
  const { silentSince } = moments(past.scene);
  const { city } = one.site.franchise;
  return [
    { at: silentSince, run: () => past.report('sweep', [one]) },
    { at: silentSince + minute, run: () => past.lookForSilence() },
    {
      at: silentSince + 7 * minute,
      run: async () => {
        const incidentId = await past.openIncident(one.seeded.siteId);
        await past.as('julien', 'incident.acknowledge', { incidentId, note: 'Le site est prévenu, coupure électrique dans le quartier.' });
        await past.say(
          'julien',
          'supervision',
          `${city} : coupure de courant dans le quartier d’après le site. Retour annoncé dans l’heure.`,
        );
      },
    },
    said(past, silentSince + 11 * minute, 'sam', 'supervision', 'Then no truck roll. I will look again at the top of the hour.'),
  ];
}

function said(past: Past, at: number, name: string, channel: string, content: string): Step {
  return { at, run: () => past.say(name, channel, content) };
}

/** A moment on the clocks of a site, such as 2026-11-29T02:30. */
function localMoment(at: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(at);
  return parts.replace(' ', 'T');
}
