import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '@aerie/contract/errors';
import { sendError } from './answer.ts';

/** Where the built pages of the dashboard stand. */
const builtFolder = fileURLToPath(new URL('../../../web/dist/probe', import.meta.url));

const types: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
};

/** The built pages: hashed assets for a year, and one document for every page address. */
export function sendPage(path: string, request: IncomingMessage, response: ServerResponse, folder: string = builtFolder): void {
  // Only the names that a build gives: no path is ever made from anything else.
  const [, name, extension] = /^\/assets\/([\w-]+(?:\.[\w-]+)*\.(js|css|svg|woff2))$/.exec(path) ?? [];
  if (name !== undefined) sendAsset(join(folder, 'assets', name), types[extension!]!, request, response);
  else if (path.startsWith('/assets/') || path.startsWith('/api/')) sendError(response, new AppError('not_found', { thing: 'page' }));
  else sendDocument(join(folder, 'probe.html'), response);
}

function sendAsset(file: string, type: string, request: IncomingMessage, response: ServerResponse): void {
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const [encoding, suffix] = /\bbr\b/.test(accepted) ? ['br', '.br'] : /\bgzip\b/.test(accepted) ? ['gzip', '.gz'] : [undefined, ''];
  const chosen = suffix && existsSync(file + suffix) ? file + suffix : file;
  const stat = statSync(chosen, { throwIfNoEntry: false });
  if (!stat?.isFile()) {
    sendError(response, new AppError('not_found', { thing: 'page' }));
    return;
  }
  response.writeHead(200, {
    'content-type': type,
    'content-length': stat.size,
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
    ...(chosen === file ? {} : { 'content-encoding': encoding }),
  });
  if (request.method === 'HEAD') response.end();
  else
    createReadStream(chosen)
      .on('error', () => response.destroy())
      .pipe(response);
}

function sendDocument(file: string, response: ServerResponse): void {
  if (existsSync(file)) response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(readFileSync(file));
  else
    response
      .writeHead(503, { 'content-type': 'text/plain; charset=utf-8' })
      .end('The pages of the dashboard are not built. Build them with `npm start`. The data is there: /api/status, /api/reports.\n');
}
