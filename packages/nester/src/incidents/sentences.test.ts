import { type Incident, incidentRule, type Language } from '@aerie/contract';
import { describe, expect, it } from 'vitest';
import { incidentSentence } from './sentences.ts';

const at = Date.UTC(2026, 10, 21, 22, 18, 5);
const incident: Incident = {
  incidentId: 'i',
  siteId: 's',
  siteCode: 'NE',
  siteName: 'Patriots',
  rule: 'probe.silent',
  subject: 'vm-3',
  state: 'open',
  openedAt: at + 40_000,
  acknowledgedAt: null,
  acknowledgedBy: null,
  resolvedAt: null,
  severity: 'critical',
  subjectId: 'p',
  assigneeId: null,
  assignee: null,
  snoozedUntil: null,
  resolvedBy: null,
  parentId: null,
  folded: 0,
  firings: 1,
  pausedUntil: null,
  quiet: null,
  detail: { lastContactAt: at },
};
const acknowledged: Incident = { ...incident, state: 'acknowledged', acknowledgedAt: at + 60_000, acknowledgedBy: 'Ada' };
const resolved: Incident = { ...acknowledged, state: 'resolved', resolvedAt: at + 725_000 };

it('says in French what stands, who looks after it, and how long it lasted', () => {
  const say = (one: Incident) => incidentSentence(one, 'fr', 'Europe/Paris');
  expect(say(incident)).toBe('Incident : la sonde vm-3 du site Patriots (NE) ne répond plus. Dernier contact : 21/11/2026 23:18:05 UTC+1.');
  expect(say(acknowledged)).toBe(
    'Incident : la sonde vm-3 du site Patriots (NE) ne répond plus. Dernier contact : 21/11/2026 23:18:05 UTC+1. Pris en charge par Ada.',
  );
  expect(say(resolved)).toBe('Résolu : la sonde vm-3 du site Patriots (NE) répond de nouveau, après 12 min 05 s.');
});

it('says the same in English', () => {
  const say = (one: Incident) => incidentSentence(one, 'en', 'Europe/Paris');
  expect(say(acknowledged)).toBe(
    'Incident: probe vm-3 of site Patriots (NE) no longer answers. Last contact: 21/11/2026, 23:18:05 CET. Ada looks after it.',
  );
  expect(say({ ...incident, detail: { lastContactAt: null } })).toBe(
    'Incident: probe vm-3 of site Patriots (NE) no longer answers. It never connected.',
  );
  expect(say({ ...resolved, resolvedAt: at + 3_900_000 })).toBe(
    'Resolved: probe vm-3 of site Patriots (NE) answers again, after 1 h 05 min.',
  );
});

it('keeps what a machine calls itself on one line, in one direction', () => {
  const text = incidentSentence({ ...incident, subject: 'a\r\n2026 ERROR [LOGIN] \u202ebad\u2028x' }, 'en', 'UTC');
  expect(text).toMatch(/^Incident: probe a 2026 ERROR \[LOGIN\] {2}bad x of site/);
  expect(text).not.toMatch(/[\r\n\u202e\u2028]/);
});

describe('every rule, while it lasts and when it is over', () => {
  const detail: Partial<Record<Incident['rule'], Incident['detail']>> = {
    'wan.latency': { ms: 412.34, aboveMs: 250 },
    'wan.loss': { loss: 0.125, above: 0.05 },
    'device.gone': { address: '10.0.0.7' },
    'device.new': { address: 'files' },
    'device.address': { before: '10.0.0.7', after: '10.0.0.9' },
    'port.opened': { ports: '80/tcp, 8080/tcp' },
    'port.closed': { ports: '22/tcp', service: 'ssh' },
    'service.changed': { ports: '22/tcp', before: 'OpenSSH 8.9', after: null },
    'certificate.expiring': { ports: '443/tcp', notAfter: at + 86_400_000 },
    'backup.late': { lastBackupAt: at - 90_000_000, lateAfterHours: 24, problem: 'the disk is full' },
    test: { by: 'Ada' },
  };
  const rules = incidentRule.options.filter(rule => rule !== 'probe.silent');
  const all = (language: Language) =>
    rules.map(rule => {
      const one: Incident = { ...incident, rule, subject: 'files', openedAt: at, detail: detail[rule]! };
      return [one, { ...one, state: 'resolved' as const, resolvedAt: at + 60_000 }].map(each => incidentSentence(each, language, 'UTC'));
    });

  it('in French', () => {
    expect(
      all('fr').flat().join('\n').replaceAll('\u202f', ' ').replaceAll('\u00a0', ' '),
    ).toBe(`Incident : le WAN du site Patriots (NE) est lent : 412,3 ms, au-delà de 250 ms.
Résolu : la latence WAN du site Patriots (NE) est redevenue normale, après 1 min 00 s.
Incident : le WAN du site Patriots (NE) perd 12,5 % des paquets, au-delà de 5 %.
Résolu : les pertes du WAN du site Patriots (NE) sont redevenues normales, après 1 min 00 s.
Incident : l’équipement files (10.0.0.7) du site Patriots (NE) ne répond plus.
Résolu : l’équipement files (10.0.0.7) du site Patriots (NE) répond de nouveau, après 1 min 00 s.
Incident : nouvel équipement files sur le site Patriots (NE).
Résolu : nouvel équipement files sur le site Patriots (NE), après 1 min 00 s.
Incident : l’équipement files du site Patriots (NE) a changé d’adresse : 10.0.0.7 → 10.0.0.9.
Résolu : l’équipement files du site Patriots (NE) avait changé d’adresse, après 1 min 00 s.
Incident : ports 80/tcp, 8080/tcp ouverts sur files, site Patriots (NE).
Résolu : ports 80/tcp, 8080/tcp refermés sur files, site Patriots (NE), après 1 min 00 s.
Incident : port 22/tcp (ssh) fermé sur files, site Patriots (NE).
Résolu : port 22/tcp rouvert sur files, site Patriots (NE), après 1 min 00 s.
Incident : un autre service répond sur files (22/tcp), site Patriots (NE) : OpenSSH 8.9 → ?.
Résolu : un autre service répondait sur files (22/tcp), site Patriots (NE), après 1 min 00 s.
Incident : un certificat de files (443/tcp), site Patriots (NE), prend fin le 22/11/2026.
Résolu : le certificat de files (443/tcp), site Patriots (NE), a été renouvelé, après 1 min 00 s.
Incident : aucune sauvegarde de Nester depuis plus de 24 h : la dernière date du 20/11/2026 21:18:05 UTC ; échec de la dernière tentative : the disk is full.
Résolu : Nester est de nouveau sauvegardé, après 1 min 00 s.
Incident : essai sur le site Patriots (NE), déclenché par Ada ; tout va bien.
Résolu : essai sur le site Patriots (NE), déclenché par Ada, après 1 min 00 s.`);
  });

  it('in English', () => {
    expect(all('en').flat().join('\n')).toBe(`Incident: the WAN of site Patriots (NE) is slow: 412.3 ms, more than 250 ms.
Resolved: the WAN of site Patriots (NE) is quick again, after 1 min 00 s.
Incident: the WAN of site Patriots (NE) loses 12.5% of the packets, more than 5%.
Resolved: the WAN of site Patriots (NE) loses no more than usual, after 1 min 00 s.
Incident: device files (10.0.0.7) of site Patriots (NE) no longer answers.
Resolved: device files (10.0.0.7) of site Patriots (NE) answers again, after 1 min 00 s.
Incident: new device files at site Patriots (NE).
Resolved: new device files at site Patriots (NE), after 1 min 00 s.
Incident: device files of site Patriots (NE) has another address: 10.0.0.7 → 10.0.0.9.
Resolved: device files of site Patriots (NE) had another address, after 1 min 00 s.
Incident: ports 80/tcp, 8080/tcp opened on files at site Patriots (NE).
Resolved: ports 80/tcp, 8080/tcp closed again on files at site Patriots (NE), after 1 min 00 s.
Incident: port 22/tcp (ssh) closed on files at site Patriots (NE).
Resolved: port 22/tcp open again on files at site Patriots (NE), after 1 min 00 s.
Incident: another service answers on files (22/tcp) at site Patriots (NE): OpenSSH 8.9 → ?.
Resolved: another service answered on files (22/tcp) at site Patriots (NE), after 1 min 00 s.
Incident: a certificate of files (443/tcp) at site Patriots (NE) ends on 22/11/2026.
Resolved: the certificate of files (443/tcp) at site Patriots (NE) was renewed, after 1 min 00 s.
Incident: no backup of Nester came for more than 24 h: the newest is of 20/11/2026, 21:18:05 UTC; the last attempt failed: the disk is full.
Resolved: Nester is backed up again, after 1 min 00 s.
Incident: test at site Patriots (NE), raised by Ada; nothing is wrong.
Resolved: test at site Patriots (NE), raised by Ada, after 1 min 00 s.`);
  });
});

it('says that there is no backup at all', () => {
  const fields = { ...incident, rule: 'backup.late', detail: { lastBackupAt: null, lateAfterHours: 3 } } as const;
  expect(incidentSentence(fields, 'en')).toBe('Incident: no backup of Nester came for more than 3 h: there is none.');
  expect(incidentSentence(fields, 'fr').replaceAll('\u202f', ' ')).toBe(
    'Incident : aucune sauvegarde de Nester depuis plus de 3 h : il n’y en a pas.',
  );
});

it('says who closed it, that it went by itself, that nobody watches for it, that it comes and goes', () => {
  const say = (fields: Partial<Incident>) =>
    incidentSentence({ ...incident, rule: 'device.new', subject: 'files', openedAt: at, detail: {}, ...fields }, 'fr');
  const over = { state: 'resolved', resolvedAt: at + 60_000 } as const;
  expect(say({ ...over, resolvedBy: 'Bo' })).toBe('Clos par Bo après 1 min 00 s : nouvel équipement files sur le site Patriots (NE).');
  expect(say({ ...over, detail: { expired: 1 } })).toBe('Clos d’office : nouvel équipement files sur le site Patriots (NE).');
  expect(say({ ...over, detail: { unwatched: 1 } })).toBe('N’est plus surveillé : nouvel équipement files sur le site Patriots (NE).');
  expect(say({ pausedUntil: at, firings: 11, assignee: 'Cy', folded: 40 })).toBe(
    'Incident : nouvel équipement files sur le site Patriots (NE). Il explique 40 autres incidents. Il va et vient : 11 fois en deux heures. ' +
      'Il ne sera plus annoncé tant qu’il ne se calme pas. Confié à Cy.',
  );
});
