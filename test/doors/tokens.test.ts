import { type CommandName, tokenReads } from '@aerie/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { Nester } from '../kit/nester.ts';
import { firstAdministrator, type Person } from '../kit/people.ts';
import { newSite } from '../kit/probe.ts';

let nester: Nester;
let ada: Person;
let siteId: string;
let everything: string;
let metrics: string;

beforeAll(async () => {
  nester = await Nester.start({ env: { AERIE_TRUST_PROXY: '127.0.0.1' } });
  ada = await firstAdministrator(nester);
  siteId = await newSite(ada, 'NE');
  const scopes = ['sites', 'devices', 'reports', 'incidents'] as const;
  everything = (await ada.http.call('token.create', { name: 'All', scopes: [...scopes] })).token;
  metrics = (await ada.http.call('token.create', { name: 'Prometheus', scopes: ['metrics'] })).token;
});
afterAll(() => nester?.remove());

const ask = async (token: string, name: string, input: unknown = {}, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${nester.httpUrl}/api/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify(input),
  });
  const body = (await answer.json()) as { error?: { code: string } };
  return { status: answer.status, code: body.error?.code, body };
};

describe('a token of a program', () => {
  it('reads what its scopes name', async () => {
    expect((await ask(everything, 'site.list')).body).toMatchObject({ sites: [{ code: 'NE' }] });
    expect((await ask(everything, 'site.show', { siteId })).body).toMatchObject({ site: { code: 'NE' } });
    // Each handler takes a program for one that may read: what it refuses is the input alone.
    for (const name of Object.values(tokenReads).flat() as CommandName[])
      expect(['undefined', 'bad_input', 'not_found'], name).toContain(String((await ask(everything, name)).code));
    expect(await ask(metrics, 'site.list')).toMatchObject({ status: 403, code: 'out_of_scope' });
  });

  it('changes nothing, and is nobody', async () => {
    for (const [name, input] of [
      ['site.create', { code: 'X', name: 'X' }],
      ['incident.test', { siteId }],
      ['user.list', {}],
      ['audit.list', {}],
      ['token.list', {}],
      ['session.show', {}],
      ['session.logIn', { user: 'Ada', password: 'x' }],
      ['server.show', {}],
    ] as const)
      expect(await ask(everything, name, input), name).toMatchObject({ status: 403, code: 'forbidden' });
  });

  it('opens nothing but HTTP, and only from the header', async () => {
    const inAddress = await fetch(`${nester.httpUrl}/api/site.list?token=${everything}&access_token=${everything}`, { method: 'POST' });
    expect(inAddress.status).toBe(401);
    const inCookie = await fetch(`${nester.httpUrl}/api/site.list`, { method: 'POST', headers: { cookie: `aerie=${everything}` } });
    expect(inCookie.status).toBe(401);
    expect((await fetch(`${nester.httpUrl}/api/export/users`, { headers: { authorization: `Bearer ${everything}` } })).status).toBe(401);
    const socket = new WebSocket(nester.webSocketUrl, { headers: { authorization: `Bearer ${everything}` } });
    const answer = await new Promise<string>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('open', () => socket.send('{"id":1,"do":"site.list","input":{}}'));
      socket.on('message', data => resolve(String(data)));
    });
    socket.terminate();
    expect(answer).toContain('not_logged_in');
  });

  it('ends when it is revoked, is written down for fail2ban, and shows when it was used', async () => {
    const { token, tokenId } = await ada.http.call('token.create', { name: 'Short', scopes: ['sites'] });
    expect((await ask(token, 'site.list')).status).toBe(200);
    await ada.http.call('token.revoke', { tokenId });
    expect(await ask(token, 'site.list', {}, { 'x-forwarded-for': '192.0.2.7' })).toMatchObject({ status: 401, code: 'token_refused' });
    await nester.said('[LOGIN] Failed login attempt from 192.0.2.7 {"user":"(token)"');
    expect(nester.output).not.toContain(token.slice(6));
    const { tokens } = await ada.http.call('token.list', {});
    expect(tokens.find(one => one.tokenId === tokenId)).toMatchObject({ usedAt: expect.any(Number), revokedAt: expect.any(Number) });
  });
});

describe('/metrics', () => {
  const scrape = (headers: Record<string, string> = {}) => fetch(`${nester.httpUrl}/metrics`, { headers });

  it('is for this machine, and for tokens', async () => {
    const figures = await (await scrape()).text();
    expect(figures).toMatch(/^aerie_sites\{state="unknown"\} 1$/m);
    expect(figures).toMatch(/^aerie_probes_connected 0$/m);
    expect(figures).toMatch(/^aerie_site_state\{site="NE",state="unknown"\} 1$/m);
    expect(figures).toMatch(/^aerie_commit_units_count [1-9]\d*$/m);
    expect(figures).toMatch(/^aerie_database_bytes [1-9]\d+$/m);
    expect((await scrape({ authorization: `Bearer ${metrics}` })).status).toBe(200);
    expect((await scrape({ authorization: `Bearer ${everything}` })).status).toBe(403);
    expect((await scrape({ authorization: 'Bearer aerie_none' })).status).toBe(401);
    // Through a proxy on this machine comes the whole world; and a page may have its own name point here.
    expect((await scrape({ 'x-forwarded-for': '198.51.100.7' })).status).toBe(401);
    expect((await scrape({ 'x-forwarded-for': '198.51.100.7', authorization: `Bearer ${metrics}` })).status).toBe(200);
    for (const header of ['x-real-ip', 'x-forwarded-host', 'x-forwarded-proto', 'forwarded', 'via'])
      expect((await scrape({ [header]: '198.51.100.7' })).status).toBe(401);
  });
});

describe('the description of the API', () => {
  it('is a page that runs nothing, and a document that names the tokens', async () => {
    const page = await fetch(`${nester.httpUrl}/api/docs`);
    const html = await page.text();
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(html).toContain(`<style nonce="${/'nonce-([^']+)'/.exec(page.headers.get('content-security-policy')!)![1]}">`);
    expect(html).not.toMatch(/<script|style="|src=/);
    // Each link leads to something on the page.
    const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(match => match[1]));
    for (const [, target] of html.matchAll(/href="#([^"]+)"/g)) expect(ids.has(target)).toBe(true);
    const document = (await (await fetch(`${nester.httpUrl}/api/openapi.json`)).json()) as {
      paths: Record<string, { post: { security?: object[] } }>;
    };
    expect(document.paths['/api/site.list']!.post.security).toContainEqual({ token: ['sites'] });
    expect(document.paths['/api/user.list']!.post.security).toBeUndefined();
  });
});
