import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import rateLimit from '@fastify/rate-limit';
import Fastify from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pageRoutes } from './pages.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aerie-pages-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'assets', 'entry.js'), '0');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('lets a whole class fetch the files of the page, whatever an address may ask otherwise', async () => {
  const server = Fastify();
  await server.register(rateLimit, { max: 2, timeWindow: 60_000 });
  await pageRoutes(server, folder);
  server.get('/api/any', () => 'taken');
  const statuses = async (url: string) => {
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push((await server.inject(url)).statusCode);
    return answers;
  };
  expect(await statuses('/assets/entry.js')).toEqual([200, 200, 200, 200]);
  expect(await statuses('/c/dev')).toEqual([200, 200, 200, 200]);
  expect(await statuses('/api/any')).toEqual([200, 200, 429, 429]);
  await server.close();
});
