import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { deliveryTrouble } from '@aerie/contract';
import { incidentSentence } from '../incidents/sentences.ts';
import { type Courier, type Errand, Unreachable } from './deliveries.ts';
import type { SealedTexts } from './mail-courier.ts';
import type { TellableSite } from './routes.ts';
import { stormText } from './storms.ts';

const answerMs = 10_000;
/** No more is read of an answer: only its status counts. */
const answerBytes = 16 * 1024;
const prefix = 'whsec_';

/** A secret in the form of the Standard Webhooks, which many libraries read. */
export function newWebhookSecret(): string {
  return prefix + randomBytes(32).toString('base64');
}

/** What the secret of a route is sealed for. */
export function secretPurpose(routeId: string): string {
  return `route:${routeId}`;
}

/** The signature of a body (Standard Webhooks, version 1): HMAC-SHA256 over id, time and body. */
function signatureOf(secret: string, id: string, seconds: number, body: string): string {
  const key = Buffer.from(secret.slice(prefix.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
}

/** Tells incidents as signed JSON. */
export function webhookCourier(parts: {
  secrets: SealedTexts;
  /** The sealed secret of a route as it is now: it may have been sealed anew. */
  secretOf(routeId: string): Promise<string | null>;
  now(): number;
  publicUrl(): string;
  site(siteId: string): TellableSite | undefined;
}): Courier {
  return {
    async tell(errand, signal) {
      const { target, row } = errand.route;
      if (target.kind !== 'webhook') throw new Error('this is no webhook');
      const sealed = await parts.secretOf(row.route_id);
      if (sealed === null) throw new Error(deliveryTrouble('no_secret'));
      const secret = parts.secrets.open(sealed, secretPurpose(row.route_id));
      const body = JSON.stringify(bodyOf(errand, parts));
      // Of this attempt: an answer that was lost is asked for again later, and must not look like a replay.
      const seconds = Math.floor(parts.now() / 1_000);
      const status = await post(target.url, body, signal, {
        'webhook-id': errand.deliveryId,
        'webhook-timestamp': String(seconds),
        'webhook-signature': signatureOf(secret, errand.deliveryId, seconds, body),
      });
      if (status >= 200 && status < 300) return undefined;
      if (status >= 300 && status < 400) throw new Error(deliveryTrouble('redirects', { status }));
      const reason = deliveryTrouble('answered', { status });
      // 429 and 5xx are about the receiver; any other about this body, or about the address.
      throw status === 429 || status >= 500 ? new Unreachable(reason) : new Error(reason);
    },
  };
}

/** What a webhook is told: docs/webhooks.md. */
function bodyOf({ tale, at, route }: Errand, { publicUrl, site }: { publicUrl(): string; site(siteId: string): TellableSite | undefined }) {
  const { language } = route.row;
  const timestamp = new Date(at).toISOString();
  if (tale.kind === 'test') return { type: 'test', timestamp, data: {} };
  if (tale.kind === 'storm') {
    const { storm } = tale;
    const type = storm.endedAt === null ? 'storm.updated' : 'storm.ended';
    return { type, timestamp, data: { text: stormText(storm, language), link: `${publicUrl()}/incidents`, storm } };
  }
  const { incident, news } = tale;
  const link = `${publicUrl()}/incidents/${encodeURIComponent(incident.incidentId)}`;
  const text = incidentSentence(incident, language, site(incident.siteId)?.zone);
  return { type: `incident.${news}`, timestamp, data: { text, link, incident } };
}

/** Posts JSON and answers the status. Follows nothing, and reads little of what comes back. */
async function post(url: string, body: string, signal: AbortSignal, headers: Record<string, string>): Promise<number> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
  const request = (new URL(url).protocol === 'https:' ? https : http).request(url, {
    method: 'POST',
    // A connection of its own: one that idles may be cut just when it is used again.
    agent: false,
    signal: limit,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'Aerie',
      connection: 'close',
      ...headers,
    },
  });
  try {
    const answered = once(request, 'response') as Promise<[http.IncomingMessage]>;
    request.end(body);
    const [response] = await answered;
    let bytes = 0;
    try {
      for await (const chunk of response) {
        bytes += (chunk as Buffer).length;
        if (bytes > answerBytes) break;
      }
    } catch {
      // The status is known: what the rest would have said does not matter.
    }
    return response.statusCode ?? 0;
  } catch (error) {
    throw new Unreachable(
      limit.aborted && !signal.aborted ? deliveryTrouble('no_answer', { seconds: answerMs / 1_000 }) : (error as Error).message,
    );
  } finally {
    request.on('error', () => {}).destroy();
  }
}
