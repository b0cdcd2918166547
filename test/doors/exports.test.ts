import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { AuditRecord, Message } from '@aerie/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { longMessages } from '../kit/long-messages.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';
import { residentMb } from '../kit/process-figures.ts';

describe('exports from the web door', () => {
  let nester: Nester;
  let admin: Person;
  let bob: Person;

  beforeAll(async () => {
    nester = await Nester.start();
    admin = await firstAdministrator(nester);
    bob = await newPerson(nester, admin, 'bob');
  });
  afterAll(() => nester.remove());

  const fetchExport = (path: string, person: Person, headers: Record<string, string> = {}) =>
    fetch(`${nester.httpUrl}/api/export/${path}`, { headers: { authorization: `Bearer ${person.token}`, ...headers } });

  it('are for administrators, from our own pages', async () => {
    const refusal = async (answer: Promise<Response>) => [(await answer).status, (await (await answer).json()).error.code];
    expect(await refusal(fetchExport('users', bob))).toEqual([403, 'forbidden']);
    expect(await refusal(fetch(`${nester.httpUrl}/api/export/users`))).toEqual([401, 'not_logged_in']);
    expect(await refusal(fetchExport('users', admin, { 'sec-fetch-site': 'cross-site' }))).toEqual([403, 'wrong_origin']);
    expect(await refusal(fetchExport('users', admin, { origin: 'https://evil.example' }))).toEqual([403, 'wrong_origin']);
    expect(await refusal(fetchExport('messages?channelId=none', admin))).toEqual([404, 'not_found']);
    expect(await refusal(fetchExport('users?from=1', admin))).toEqual([400, 'bad_input']);
    expect((await fetch(`${nester.httpUrl}/api/export/users`, { method: 'HEAD' })).status).toBe(404);
  });

  it('go to a browser by its cookie, as a file with a date', async () => {
    const logIn = await fetch(`${nester.httpUrl}/api/session.logIn`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: nester.httpUrl },
      body: JSON.stringify({ user: 'Ada', password }),
    });
    const cookie = logIn.headers.get('set-cookie')!.split(';')[0]!;
    const answer = await fetch(`${nester.httpUrl}/api/export/users?language=fr&bom=1`, {
      headers: { cookie, 'sec-fetch-site': 'same-origin' },
    });
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="aerie-users-\d{4}-\d\d-\d\d\.csv"$/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect(bytes.toString()).toMatch(/^\uFEFFID,Nom d'utilisateur,Rôle,/);
    const { records } = await admin.http.call('audit.list', { search: 'export.users' });
    expect(records).toMatchObject([{ actor: 'Ada', subject: 'all', detail: '{"format":"csv"}', address: '127.0.0.1' }]);
  });

  it('hold what was said in channels, bounded as asked, and not what two people said to each other', async () => {
    const general = await channelNamed(bob, 'général');
    const { channelId } = await bob.http.call('channel.openDirect', { name: 'Ada' });
    await bob.http.call('message.send', { channelId, content: 'between us' });
    await bob.http.call('message.send', { channelId: general, content: '=HYPERLINK("http://evil.example")' });
    const { createdAt } = await bob.http.call('message.send', { channelId: general, content: 'later' });
    const dev = await channelNamed(bob, 'dev');
    await bob.http.call('message.send', { channelId: dev, content: 'code' });

    const said = async (query: string) => {
      const messages = (await (await fetchExport(`messages?format=json&${query}`, admin)).json()) as Message[];
      return messages.map(message => message.content);
    };
    expect((await said('')).slice(-3)).toEqual(['=HYPERLINK("http://evil.example")', 'later', 'code']);
    expect(await said('')).not.toContain('between us');
    expect(await said(`channelId=${dev}`)).toEqual(['code']);
    expect(await said(`from=${createdAt + 60_000}`)).toEqual([]);
    expect(await said(`to=${createdAt - 60_000}`)).toEqual([]);
    const csv = await (await fetchExport('messages', admin)).text();
    expect(csv).toMatch(/^id,username,channel,content,timestamp\n/);
    expect(csv).toMatch(/,bob,général,"'=HYPERLINK\(""http:\/\/evil\.example""\)",\d{4}-/);
    const acts = (await (await fetchExport('audit?format=json', admin)).json()) as AuditRecord[];
    expect(acts.map(({ action }) => action)).toContain('export.messages');
  });

  it('wait for a slow reader without growing, and send all of it in the end', async () => {
    const channelId = await channelNamed(bob, 'dev');
    const count = 6_000;
    await nester.stop();
    longMessages(join(nester.folder, 'nester.db'), channelId, count);
    await nester.start();
    await admin.http.call('message.history', { channelId, limit: 1 });
    const before = residentMb(nester.pid);

    const request = get(`${nester.httpUrl}/api/export/messages?format=json&channelId=${channelId}`, {
      headers: { authorization: `Bearer ${admin.token}` },
    });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.pause();
    // A download that did not wait would have been read through by then: 96 MB.
    let most = 0;
    for (let i = 0; i < 300; i++) {
      await admin.http.call('message.history', { channelId, limit: 1 });
      most = Math.max(most, residentMb(nester.pid));
    }
    expect(most - before).toBeLessThan(100);
    const numbers: number[] = [];
    for await (const line of createInterface(response)) {
      const [, number] = /"content":"(\d+) x/.exec(line.slice(0, 1_000)) ?? [];
      if (number !== undefined) numbers.push(Number(number));
    }
    expect(numbers).toEqual(Array.from({ length: count }, (_, i) => i + 1));
  });
});
