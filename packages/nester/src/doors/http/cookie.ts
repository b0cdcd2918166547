/** Where a browser keeps its log-in. `__Host-` binds the cookie to this host, to `/` and to TLS (RFC 6265bis, section 4.1.3.2). */
export function cookieName(secure: boolean): string {
  return secure ? '__Host-aerie' : 'aerie';
}

export function cookieOptions(secure: boolean, expiresAt: number) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure, expires: new Date(expiresAt) } as const;
}

/** The value of a cookie in a `Cookie` header. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const cut = part.indexOf('=');
    if (cut !== -1 && part.slice(0, cut).trim() === name) return part.slice(cut + 1).trim();
  }
  return undefined;
}
