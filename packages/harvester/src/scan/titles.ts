import http from 'node:http';
import https from 'node:https';
import { clean } from './findings.ts';

const limitMs = 4_000;
const mostBytes = 32 * 1024;
const mostRedirects = 2;

interface Page {
  readonly address: string;
  readonly port: number;
  readonly secure: boolean;
  readonly signal: AbortSignal;
  /** Whether a redirect to another port of the same host may be followed. */
  mayFollow(port: number): boolean;
}

/** The title of the page at `/`: the first 32 KiB of it are read, and no redirect leads off the host. */
export async function titleOf(page: Page): Promise<string | undefined> {
  const host = page.address.includes(':') ? `[${page.address}]` : page.address;
  let url = new URL(`${page.secure ? 'https' : 'http'}://${host}:${page.port}/`);
  const signal = AbortSignal.any([page.signal, AbortSignal.timeout(limitMs)]);
  for (let redirects = 0; ; redirects += 1) {
    const answer = await get(url, signal);
    if (answer?.location === undefined) return answer && titleIn(answer.body);
    if (redirects === mostRedirects || !URL.canParse(answer.location, url)) return undefined;
    const next = new URL(answer.location, url);
    const port = Number(next.port || (next.protocol === 'https:' ? 443 : 80));
    if (!/^https?:$/.test(next.protocol) || next.hostname !== url.hostname || !page.mayFollow(port)) return undefined;
    url = next;
  }
}

interface Answer {
  body: string;
  location: string | undefined;
}

function get(url: URL, signal: AbortSignal): Promise<Answer | undefined> {
  return new Promise(resolve => {
    const client = url.protocol === 'https:' ? https : http;
    const request = client.get(url, {
      agent: false,
      signal,
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
      maxHeaderSize: 16 * 1024,
      headers: { accept: 'text/html', 'user-agent': 'Aerie-Harvester', connection: 'close' },
    });
    request.on('error', () => resolve(undefined));
    request.on('response', response => {
      const { statusCode = 0, headers } = response;
      const chunks: Buffer[] = [];
      let bytes = 0;
      const end = () => {
        const location = statusCode >= 300 && statusCode < 400 ? headers.location : undefined;
        resolve({ body: decoded(Buffer.concat(chunks).subarray(0, mostBytes), headers['content-type']), location });
        request.destroy();
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes >= mostBytes) end();
      });
      response.on('end', end);
      response.on('error', end);
    });
  });
}

/** In the letters that the page says it is written in, otherwise UTF-8. */
function decoded(bytes: Buffer, type = ''): string {
  const [, label = 'utf-8'] = /charset=["']?([\w-]{1,40})/i.exec(`${type} ${bytes.toString('latin1', 0, 1_024)}`) ?? [];
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return bytes.toString('utf8');
  }
}

const named: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  eacute: 'é',
  egrave: 'è',
  agrave: 'à',
};

/** The title of a page, as text; undefined when it has none. */
export function titleIn(html: string): string | undefined {
  const begin = /<title[^>]{0,200}>/i.exec(html);
  if (!begin) return undefined;
  const from = begin.index + begin[0].length;
  const [text = ''] = html.slice(from, from + 2_000).split(/<\/title/i);
  const plain = text
    // One pass, so that nothing that comes out of it is read again.
    .replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]{2,6}));/gi, (whole, hex, decimal, name) => {
      if (name) return named[name.toLowerCase()] ?? whole;
      const point = hex ? Number.parseInt(hex, 16) : Number(decimal);
      return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    })
    .replace(/\s+/g, ' ');
  return clean(plain, 200) ?? undefined;
}
