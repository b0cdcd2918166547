import type { IncomingMessage } from 'node:http';

/**
 * Whether a request comes from our own pages: no `Origin` header (not a page), or one whose host is the host asked for,
 * or the public address. Together with `SameSite=Lax` cookies and JSON bodies this keeps other sites from acting for a user.
 */
export function isOwnOrigin(request: Pick<IncomingMessage, 'headers'>, publicUrl: string): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  let from: URL;
  try {
    from = new URL(origin);
  } catch {
    return false;
  }
  return from.host === host?.toLowerCase() || from.origin === new URL(publicUrl).origin;
}
