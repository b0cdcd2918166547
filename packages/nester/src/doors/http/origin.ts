import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Which pages are ours. */
export interface OwnPages {
  /** The one address that was set by hand; undefined where pages are ours at whatever address they were asked for. */
  publicUrl: string | undefined;
  isSecure: boolean;
}

/**
 * Whether a request comes from our own pages: no `Origin` header (not a page), or the public address, or the host asked for, where
 * that cannot be somebody else's: no public address was set, or the host is an address. (A name can be made to point here; a page
 * of that name would then speak for whoever looks at it.) Behind TLS no plain page is ours: anybody on the way may have written it.
 * Together with `SameSite=Lax` cookies and JSON bodies this keeps other sites from acting for a user.
 */
export function isOwnOrigin(request: Pick<IncomingMessage, 'headers'>, { publicUrl, isSecure }: OwnPages): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  let from: URL;
  try {
    from = new URL(origin);
  } catch {
    return false;
  }
  if (isSecure && from.protocol === 'http:') return false;
  if (publicUrl !== undefined && from.origin === new URL(publicUrl).origin) return true;
  const isNobodyElse = publicUrl === undefined || isIP(from.hostname.replace(/^\[|\]$/g, '')) !== 0;
  return isNobodyElse && from.host === host?.toLowerCase();
}
