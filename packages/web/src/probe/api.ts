import type { DashboardSession } from '@aerie/contract/dashboard';
import { createStore } from '../app/store.ts';

/** An answer that is an error of the catalogue. */
export class Refused extends Error {
  readonly code: string;
  readonly params: unknown;

  constructor({ code, params, message }: { code: string; params?: unknown; message: string }) {
    super(message);
    this.code = code;
    this.params = params;
  }
}

let token = '';

/** Grows when it turns out that one is not inside any more: the session is over. */
export const putOut = createStore(0);

/** Asks the Harvester that served this page. @throws Refused, or whatever the network says */
async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(`/api/${path}`, init);
  const body = (await response.json()) as T & { error?: ConstructorParameters<typeof Refused>[0] };
  if (response.status === 401 && path !== 'log-in') putOut.set(putOut.get() + 1);
  if (!response.ok) throw new Refused(body.error ?? { code: 'internal', message: String(response.status) });
  return body;
}

export function read<T>(path: string): Promise<T> {
  return ask<T>(path);
}

/** Whether one is inside; the answer brings the token that acts need. */
export async function readSession(): Promise<DashboardSession> {
  const session = await ask<DashboardSession>('session');
  token = session.token;
  return session;
}

/** Does something. The Harvester may have begun anew since the token was read: then a fresh one is asked for, once. */
export async function act<T>(name: string, body: object = {}): Promise<T> {
  const send = () =>
    ask<T>(name, { method: 'POST', headers: { 'content-type': 'application/json', 'aerie-token': token }, body: JSON.stringify(body) });
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'wrong_origin') throw error;
    await readSession();
    return await send();
  }
}
