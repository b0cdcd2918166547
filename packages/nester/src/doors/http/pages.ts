import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { nonceOf } from './headers.ts';

/** Where the built web UI stands. */
const webFolder = fileURLToPath(new URL('../../../../web/dist', import.meta.url));

/** Files of the web UI that one address may ask for. Browsers keep them for a year. */
const assetsPerMinute = 60_000;

/** The built web UI: hashed assets for a year, and index.html (with its nonce) for every page address. */
export async function pageRoutes(server: FastifyInstance, folder: string = webFolder): Promise<void> {
  if (existsSync(join(folder, 'assets'))) {
    await server.register(fastifyStatic, { root: folder, serve: false, preCompressed: true });
    // A class that opens the page for the first time asks for thirty files each, behind one address; with them counted as commands
    // are, nobody of them could log in.
    server.get('/assets/*', { config: { rateLimit: { max: assetsPerMinute } } }, (request, reply) =>
      reply.sendFile(`assets/${(request.params as { '*': string })['*']}`, { maxAge: '365d', immutable: true, cacheControl: true }),
    );
  }
  const index = indexPage(folder);
  server.setNotFoundHandler((request, reply) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return reply.code(404).send();
    const file = request.url.split('?')[0]!.slice(1);
    // A missing file stays missing; every other address is a page of the UI.
    if (/^[\w-]+\.\w{2,12}$/.test(file)) return existsSync(join(folder, file)) ? reply.sendFile(file) : reply.code(404).send();
    return index(reply);
  });
}

/** index.html, read again when it changes. */
function indexPage(folder: string): (reply: FastifyReply) => FastifyReply {
  const file = join(folder, 'index.html');
  let text = '';
  let changedAt = 0;
  return reply => {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (!stat)
      return reply.code(503).type('text/plain; charset=utf-8').send('The web UI is not built. Start with `npm start`, which builds it.\n');
    if (stat.mtimeMs !== changedAt) {
      text = readFileSync(file, 'utf8');
      changedAt = stat.mtimeMs;
    }
    return reply.type('text/html; charset=utf-8').send(text.replaceAll('__CSP_NONCE__', nonceOf(reply)));
  };
}
