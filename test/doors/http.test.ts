import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { Nester } from '../kit/nester.ts';
import { firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';

describe('the web door', () => {
  let nester: Nester;
  let admin: Person;

  beforeAll(async () => {
    nester = await Nester.start();
    admin = await firstAdministrator(nester);
    await newPerson(nester, admin, 'bob');
  });

  afterAll(() => nester.remove());

  const post = (name: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${nester.httpUrl}/api/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const logIn = (headers: Record<string, string>) => post('session.logIn', { user: 'bob', password }, headers);

  it('gives a browser a cookie that scripts cannot read, and no token', async () => {
    const answer = await logIn({ origin: nester.httpUrl });
    expect(answer.status).toBe(200);
    expect(await answer.json()).not.toHaveProperty('token');
    const cookie = answer.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^aerie=[\w-]{43};/);
    for (const part of ['HttpOnly', 'SameSite=Lax', 'Path=/']) expect(cookie).toContain(part);
    const me = await post('session.show', {}, { cookie: cookie.split(';')[0]!, origin: nester.httpUrl });
    expect(await me.json()).toMatchObject({ me: { name: 'bob' } });
    const out = await post('session.logOut', {}, { cookie: cookie.split(';')[0]!, origin: nester.httpUrl });
    expect(out.headers.get('set-cookie')).toMatch(/aerie=;/);
    expect((await post('session.show', {}, { cookie: cookie.split(';')[0]! })).status).toBe(401);
  });

  it('gives a program a token', async () => {
    const { token } = (await (await logIn({})).json()) as { token: string };
    expect(await (await post('session.show', {}, { authorization: `Bearer ${token}` })).json()).toMatchObject({ me: { name: 'bob' } });
  });

  it('lets nobody rewrite a message where they may not write any more', async () => {
    const { channelId } = await admin.http.call('channel.create', { name: 'closed-later' });
    const { messageId } = await admin.http.call('message.send', { channelId, content: 'as it was' });
    await admin.http.call('message.edit', { messageId, content: 'corrected' });
    await admin.http.call('channel.update', { channelId, archived: true });
    await expect(admin.http.call('message.edit', { messageId, content: 'rewritten' })).rejects.toMatchObject({ code: 'channel_archived' });
    const { messages } = await admin.http.call('message.history', { channelId });
    expect(messages.map(message => message.content)).toEqual(['corrected']);
  });

  it('tells who is here on the web only to those who are logged in', async () => {
    expect((await post('presence.list', {})).status).toBe(401);
    expect(await admin.http.call('presence.list', {})).toHaveProperty('present');
  });

  it('knows when somebody was seen from their first log-in on', async () => {
    const { users } = await admin.http.call('user.list', {});
    expect(users.find(user => user.name === admin.name)!.lastSeenAt).not.toBeNull();
  });

  it('refuses what another site sends, even with the cookie', async () => {
    const cookie = (await logIn({ origin: nester.httpUrl })).headers.get('set-cookie')!.split(';')[0]!;
    const answer = await post('session.logOut', {}, { cookie, origin: 'https://evil.example' });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ error: { code: 'wrong_origin' } });
    // A form cannot speak JSON: without the content type nothing is done either.
    const form = await fetch(`${nester.httpUrl}/api/session.logOut`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'text/plain' },
      body: '{}',
    });
    expect(form.status).toBeGreaterThanOrEqual(400);
    expect((await post('session.show', {}, { cookie })).status).toBe(200);
  });

  it.each([
    ['from another site', { origin: 'https://evil.example' }, 403],
    ['to another address', { origin: undefined, path: '/elsewhere' }, 404],
  ])('refuses a WebSocket %s', async (_what, { origin, path = '/api/ws' }: { origin?: string | undefined; path?: string }, status) => {
    const socket = new WebSocket(`${nester.httpUrl.replace('http', 'ws')}${path}`, origin === undefined ? {} : { origin });
    const refused = await new Promise<number>(resolve => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode!));
      socket.on('error', () => undefined);
    });
    expect(refused).toBe(status);
  });

  it('sends the security headers, with a fresh nonce each time', async () => {
    const [one, two] = [await fetch(nester.httpUrl), await fetch(nester.httpUrl)];
    const policy = one.headers.get('content-security-policy')!;
    expect(policy).not.toContain('unsafe-inline');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toBe(two.headers.get('content-security-policy'));
    expect(one.headers.get('x-content-type-options')).toBe('nosniff');
    expect(one.headers.get('referrer-policy')).toBe('no-referrer');
    const nonce = /'nonce-([^']+)'/.exec(policy)![1]!;
    const page = await one.text();
    if (page.includes('csp-nonce')) expect(page).toContain(nonce);
  });

  it.each([
    ['server.show', '{"a":', 400, 'bad_frame'],
    ['server.show', '{"extra":1}', 400, 'bad_input'],
    ['no.such', '{}', 404, 'unknown_command'],
    ['log.resume', '{}', 404, 'unknown_command'],
    ['user.list', '{}', 401, 'not_logged_in'],
    ['setup.renew', '{}', 401, 'not_logged_in'],
    ['session.logIn', JSON.stringify({ user: 'x', password: 'y'.repeat(300_000) }), 413, 'frame_too_large'],
    ['message.send', '{"__proto__":{"role":"admin"}}', 400, 'bad_frame'],
  ])('answers %s %s with %i %s', async (name, body, status, code) => {
    const answer = await fetch(`${nester.httpUrl}/api/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([status, code]);
  });

  it('keeps commands of administrators from members, and of the machine from administrators', async () => {
    const bob = nester.http(((await (await logIn({})).json()) as { token: string }).token);
    for (const name of ['user.list', 'audit.list', 'invitation.list', 'message.export'] as const)
      await expect(bob.call(name, {})).rejects.toMatchObject({ code: 'forbidden' });
    await expect(admin.http.call('setup.renew', {})).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('serves the built pages compressed, and for a year', async () => {
    const page = await (await fetch(nester.httpUrl)).text();
    const script = /\/assets\/[\w.-]+\.js/.exec(page)![0];
    const answer = await fetch(`${nester.httpUrl}${script}`, { headers: { 'accept-encoding': 'gzip' } });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(answer.headers.get('content-type')).toContain('javascript');
  });

  it('serves no file outside the built pages', async () => {
    for (const path of ['/assets/../../package.json', '/assets/..%2f..%2fpackage.json', '/%2e%2e/package.json', '/assets/%00']) {
      const status = await new Promise<[number, string]>((resolve, reject) => {
        httpRequest(`${nester.httpUrl}`, { path }, response => {
          let text = '';
          response.on('data', chunk => (text += chunk));
          response.on('end', () => resolve([response.statusCode!, text]));
        })
          .on('error', reject)
          .end();
      });
      expect(status[1]).not.toContain('"dependencies"');
    }
  });

  it('says that it is well, and describes itself', async () => {
    expect(await (await fetch(`${nester.httpUrl}/healthz`)).json()).toEqual({ status: 'ok' });
    const document = (await (await fetch(`${nester.httpUrl}/api/openapi.json`)).json()) as { openapi: string; paths: object };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toContain('/api/message.send');
  });

  it('is locked for a while after five failures, for that account and address, on every door', async () => {
    for (let i = 0; i < 5; i++) expect((await post('session.logIn', { user: 'locked', password: 'wrong-wrong-1' })).status).toBe(401);
    const answer = await post('session.logIn', { user: 'locked', password: 'wrong-wrong-1' });
    expect(answer.status).toBe(429);
    expect(await answer.json()).toMatchObject({ error: { code: 'too_many_attempts', params: { seconds: expect.any(Number) } } });
    expect((await logIn({})).status).toBe(200);
    const failures = nester.output
      .split('\n')
      .filter(line => line.includes('Failed login attempt from 127.0.0.1 {"user":"locked","door":"http"}'));
    expect(failures.length).toBeGreaterThanOrEqual(5);
    expect(failures[0]).toMatch(/^\S+ WARNING \[LOGIN\] Failed login attempt from 127\.0\.0\.1 \{"user":"locked","door":"http"\}$/);
  });
});
