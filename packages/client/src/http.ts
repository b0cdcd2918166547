import type { CommandInput, CommandName, CommandOutput } from '@aerie/contract';
import { AppError } from '@aerie/contract/errors';
import type { ErrorFrame } from '@aerie/contract/frames';
import { wireError } from './wire-error.ts';

export interface HttpCaller {
  /** Calls a command; rejects with an AppError. */
  call<K extends CommandName>(name: K, input: CommandInput<K>): Promise<CommandOutput<K>>;
}

/**
 * Calls commands over HTTP. In a page the session is the cookie's and `baseUrl` may be empty;
 * elsewhere it is the token's.
 */
export function httpCaller(baseUrl: string, { token }: { token?: string } = {}): HttpCaller {
  const root = baseUrl.replace(/\/+$/, '');
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  return {
    async call<K extends CommandName>(name: K, input: CommandInput<K>): Promise<CommandOutput<K>> {
      let response: Response;
      let body: unknown;
      try {
        response = await fetch(`${root}/api/${name}`, { method: 'POST', headers, body: JSON.stringify(input), credentials: 'same-origin' });
        body = await response.json().catch(() => undefined);
      } catch {
        throw new AppError('connection_lost');
      }
      if (response.ok && body !== undefined) return body as CommandOutput<K>;
      const error = (body as ErrorFrame | undefined)?.error;
      if (error && typeof error.code === 'string') throw wireError(error);
      // Not Nester's words: a proxy in front of it that could not reach it, or refused.
      throw response.status >= 502 && response.status <= 504
        ? new AppError('busy')
        : new AppError('internal', { ref: `HTTP ${response.status}` });
    },
  };
}
