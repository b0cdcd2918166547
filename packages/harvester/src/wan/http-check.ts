import http from 'node:http';
import https from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { HttpResult } from '@aerie/contract/reports';

const answerMs = 10_000;

/** Fetches each URL once, all at the same time. */
export function checkUrls(urls: readonly string[], signal: AbortSignal): Promise<HttpResult[]> {
  return Promise.all(urls.slice(0, 8).map(url => checkUrl(url, signal)));
}

/**
 * Asks for a page and takes note of the status, the time until it came, and until when the certificate is good. The page itself
 * is not read and no redirection is followed: a check never goes anywhere but where the policy says.
 */
export function checkUrl(url: string, signal: AbortSignal, limitMs = answerMs): Promise<HttpResult> {
  const nothing: HttpResult = { url, status: null, ms: null, error: null, notAfter: null };
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return Promise.resolve({ ...nothing, error: 'it is not an http or https address' });
  const begun = performance.now();
  return new Promise(resolve => {
    let notAfter: number | null = null;
    let distrust: string | null = null;
    const end = (found: Partial<HttpResult>) => {
      clearTimeout(timer);
      request.destroy();
      resolve({ ...nothing, notAfter, error: distrust, ...found });
    };
    const { request: ask } = url.startsWith('https:') ? https : http;
    const request = ask(url, {
      agent: false,
      signal,
      // A certificate that is no longer good is a finding: nothing secret is sent, and what is wrong with it is said.
      rejectUnauthorized: false,
      headers: { 'user-agent': 'aerie-harvester', accept: '*/*' },
    });
    const timer = setTimeout(() => end({ error: 'no answer' }), limitMs);
    request.on('socket', socket => {
      socket.once('secureConnect', () => {
        const secure = socket as TLSSocket;
        const until = Date.parse(secure.getPeerCertificate().valid_to);
        notAfter = Number.isFinite(until) ? until : null;
        if (!secure.authorized) distrust = String(secure.authorizationError ?? 'its certificate is not trusted').slice(0, 100);
      });
    });
    request.on('response', response => {
      const status = response.statusCode ?? 0;
      const ms = Math.round((performance.now() - begun) * 1_000) / 1_000;
      end(status >= 100 && status <= 599 ? { status, ms } : { error: 'it does not speak HTTP' });
    });
    request.on('error', (error: NodeJS.ErrnoException) => end({ error: (error.code ?? error.message).slice(0, 100) }));
    request.end();
  });
}
