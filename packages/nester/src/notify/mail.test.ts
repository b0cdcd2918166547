import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Incident, Language } from '@aerie/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MailBox } from '../../test/mail-box.ts';
import { anIncident, type NotifyRoom, openNotifyRoom, over } from '../../test/notify-room.ts';
import { quickFolder } from '../../test/quick-folder.ts';
import { selfSignedCertificate, selfSignedPaths } from '../self-signed.ts';

let folder: string;
let room: NotifyRoom;
const boxes: MailBox[] = [];
const password = 'correct horse é';

async function openRoom(options: Parameters<typeof openNotifyRoom>[1] = {}): Promise<void> {
  room = await openNotifyRoom({ folder, databaseUrl: undefined, remove: async () => {} }, options);
}

beforeEach(async () => {
  folder = mkdtempSync(join(quickFolder(), 'aerie-mail-'));
});

afterEach(async () => {
  await room.close();
  for (const box of boxes.splice(0)) await box.close();
  rmSync(folder, { recursive: true });
});

async function mailBox(options: Parameters<typeof MailBox.open>[0] = {}): Promise<MailBox> {
  const box = await MailBox.open(options);
  boxes.push(box);
  return box;
}

const server = (port: number, fields: object = {}) => ({
  host: '127.0.0.1',
  port,
  tls: 'none' as const,
  user: '',
  from: 'aerie@school.example',
  ...fields,
});

async function mailRoute(language: Language = 'en', to = ['ops@school.example']): Promise<string> {
  const fields = { name: 'Ops', on: true, siteIds: null, groups: null, atLeast: 'info' as const, language };
  return (await room.call('route.create', { ...fields, target: { kind: 'mail', to } })).route.routeId;
}

const header = ({ headers }: MailBox['arrived'][number], name: string) => headers.get(name)?.[0];

async function certificate(): Promise<{ cert: string; key: string }> {
  await selfSignedCertificate(folder, Date.now());
  const { certFile, keyFile } = selfSignedPaths(folder);
  return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}

it.each([
  ['STARTTLS', 'starttls', false],
  ['TLS from the first byte', 'implicit', true],
] as const)('logs in and sends over %s, and only to a server whose certificate it knows', async (_, tls, secure) => {
  const { cert, key } = await certificate();
  const box = await mailBox({ secure, cert, key, user: 'aerie', password });
  await openRoom();
  const routeId = await mailRoute();
  await room.call('mail.set', { server: server(box.port, { tls, user: 'aerie' }), password });
  expect((await room.call('route.test', { routeId })).delivery).toMatchObject({
    state: 'failed',
    error: expect.stringMatching(/self.signed/),
  });
  expect([box.arrived.length, box.passwords]).toEqual([0, []]);
  await room.close();
  await openRoom({ ca: cert });
  expect((await room.call('route.test', { routeId })).delivery).toMatchObject({ state: 'sent', error: null });
  expect(box.arrived).toMatchObject([{ secure: true, to: ['ops@school.example'] }]);
  expect(box.passwords).toEqual([password]);
});

it('does not send its password to a server that takes STARTTLS away', async () => {
  const box = await mailBox({ user: 'aerie', password });
  await openRoom();
  await room.call('mail.set', { server: server(box.port, { tls: 'starttls', user: 'aerie' }), password });
  expect(await room.call('mail.test', { to: 'ada@school.example' })).toMatchObject({ sent: false, answer: expect.stringContaining('TLS') });
  expect([box.arrived.length, box.passwords]).toEqual([0, []]);
});

it('tells one incident in one thread: opened, asked for again, over', async () => {
  const box = await mailBox();
  await openRoom();
  await room.call('mail.set', { server: server(box.port) });
  await mailRoute('fr');
  const incident = anIncident();
  await room.tell(incident, 'opened');
  await room.tell(incident, 'reminder');
  // A mail about every note would be noise.
  await room.tell({ ...incident, state: 'acknowledged', acknowledgedAt: 1, acknowledgedBy: 'Ada' }, 'updated');
  await room.tell({ ...over(incident), acknowledgedBy: 'Ada' }, 'resolved');
  const [opened, reminder, resolved] = box.arrived;
  expect(box.arrived.map(mail => header(mail, 'subject'))).toEqual([
    '[NE] Sonde muette : vm-1',
    'Re: [NE] Sonde muette : vm-1',
    'Re: [NE] Sonde muette : vm-1',
  ]);
  expect(new Set(box.arrived.map(mail => header(mail, 'references')))).toEqual(new Set(['<incident.i1@aerie.example>']));
  expect(new Set(box.arrived.map(mail => header(mail, 'message-id'))).size).toBe(3);
  expect(header(opened!, 'from')).toBe('Aerie <aerie@school.example>');
  expect(header(opened!, 'auto-submitted')).toBe('auto-generated');
  expect(opened!.text).toContain('Incident : la sonde vm-1 du site Patriots (NE) ne répond plus.');
  expect(opened!.text).toContain('Ouvrir l’incident : https://aerie.example/incidents/i1');
  expect(opened!.html).toContain('<a href="https://aerie.example/incidents/i1">Ouvrir l’incident</a>');
  expect(reminder!.text).toContain('Rappel : personne ne s’en occupe encore.');
  expect(resolved!.text).toContain('Résolu : la sonde vm-1');
  expect(resolved!.text).toContain('Pris en charge par : Ada');
});

it('lets no name of a device break out of where it stands', async () => {
  const box = await mailBox();
  await openRoom();
  await room.call('mail.set', { server: server(box.port) });
  await mailRoute();
  const attack = 'x\r\nBcc: thief@evil.example\r\n\r\n<script>alert(1)</script>"\'><img src=//evil.example>\u202Etxt\u0000';
  room.sites.get('s1')!.name = attack;
  const incident: Incident = anIncident({ subject: attack, siteName: attack, acknowledgedBy: attack });
  await room.tell(incident, 'opened');
  const [mail] = box.arrived;
  expect(mail!.to).toEqual(['ops@school.example']);
  expect(mail!.headers.has('bcc')).toBe(false);
  expect(header(mail!, 'subject')).toMatch(/^\[NE\] Silent probe: x Bcc: thief@evil\.example/);
  expect(mail!.html).not.toMatch(/<script|<img/);
  expect(mail!.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;&lt;img src=//evil.example&gt;');
  for (const text of [mail!.text, mail!.html, header(mail!, 'subject')!]) expect(text).not.toMatch(/\p{Cf}|\0/u);
  // What is logged of it when it fails is one line too.
  await box.close();
  boxes.splice(0);
  await room.tell({ ...incident, incidentId: 'i2' }, 'opened');
  expect(room.lines.filter(line => line.includes('could not be told')).every(line => !line.includes('\n'))).toBe(true);
});

it('sends the same message id again when it died before it knew that the message was taken', async () => {
  const box = await mailBox();
  await openRoom({
    around: own => ({
      ...own,
      mail: {
        async tell(errand, signal) {
          await own.mail.tell(errand, signal);
          if (box.arrived.length === 1) throw new Error('killed');
          return undefined;
        },
      },
    }),
  });
  await room.call('mail.set', { server: server(box.port) });
  await mailRoute();
  await room.tell(anIncident(), 'opened');
  room.now += 60_000;
  await room.notify.drain();
  const ids = box.arrived.map(mail => header(mail, 'message-id'));
  expect(ids).toEqual([ids[0], ids[0]]);
  expect(ids[0]).toMatch(/^<[0-9a-f-]{36}@aerie\.example>$/);
});

it('does not send again to everybody because one recipient is unknown', async () => {
  const box = await mailBox({ refuse: ['gone@school.example'] });
  await openRoom();
  await room.call('mail.set', { server: server(box.port) });
  await mailRoute('en', ['ops@school.example', 'gone@school.example']);
  await room.tell(anIncident(), 'opened');
  room.now += 3_600_000;
  await room.notify.drain();
  expect(box.arrived.map(mail => mail.to)).toEqual([['ops@school.example']]);
  const { deliveries } = await room.call('delivery.list', {});
  expect(deliveries.find(({ routeName }) => routeName === 'Ops')).toMatchObject({
    state: 'sent',
    error: 'refused for gone@school.example',
  });
});

it('sends what waited when the server is back, and when one is set', async () => {
  await openRoom();
  await mailRoute();
  await room.tell(anIncident(), 'opened');
  const waiting = async () => (await room.call('delivery.list', { state: 'waiting' })).deliveries.map(({ error }) => error);
  expect(await waiting()).toEqual([expect.stringContaining('no mail server is set')]);
  const first = await mailBox();
  await first.close();
  boxes.splice(0);
  await room.call('mail.set', { server: server(first.port) });
  await room.tell(anIncident({ incidentId: 'i2' }), 'opened');
  expect(await waiting()).toContainEqual(expect.stringContaining('ECONNREFUSED'));
  const second = await mailBox({ port: first.port });
  room.now += 3_600_000;
  await room.notify.drain();
  expect(second.arrived.map(mail => header(mail, 'references')).sort()).toEqual([
    '<incident.i1@aerie.example>',
    '<incident.i2@aerie.example>',
  ]);
});

it('keeps the password sealed, shows it to nobody, and sends it to no other server', async () => {
  const box = await mailBox({ user: 'aerie', password });
  const other = await mailBox({ user: 'aerie', password });
  await openRoom();
  await room.call('mail.set', { server: server(box.port, { user: 'aerie' }), password });
  expect((await room.call('mail.show', {})).server).toEqual({ ...server(box.port, { user: 'aerie' }), hasPassword: true });
  // The address may change, and the password stays.
  await room.call('mail.set', { server: server(box.port, { user: 'aerie', from: 'it@school.example' }) });
  expect(await room.call('mail.test', { to: 'ada@school.example' })).toMatchObject({ sent: true, answer: expect.stringContaining('250') });
  expect(header(box.arrived[0]!, 'subject')).toBe('Test from Aerie');
  await expect(room.call('mail.set', { server: server(other.port, { user: 'aerie' }) })).rejects.toMatchObject({
    params: { field: 'password' },
  });
  await expect(
    room.call('mail.set', { server: server(25, { host: 'mail.school.example', user: 'aerie' }), password }),
  ).rejects.toMatchObject({ params: { field: 'tls' } });
  expect(other.passwords).toEqual([]);
  expect(readFileSync(join(folder, 'nester.db')).includes(password) || readFileSync(join(folder, 'nester.db-wal')).includes(password)).toBe(
    false,
  );
  expect(JSON.stringify([room.acts, room.lines])).not.toContain(password);
  await room.call('mail.set', { server: null });
  expect((await room.call('mail.show', {})).server).toBeNull();
  expect(await room.store.read.selectFrom('setting').selectAll().execute()).toEqual([]);
});
