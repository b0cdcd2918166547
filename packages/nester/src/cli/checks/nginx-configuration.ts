import { dirname, matchesGlob, resolve } from 'node:path';

/** What `nginx -T` prints, file after file, as one: each `include` gives way to what it names. */
export function wholeConfiguration(printed: string): string {
  const parts = printed.split(/^# configuration file (\S+):$/m);
  const files = new Map<string, string>();
  for (let i = 1; i + 1 < parts.length; i += 2) files.set(parts[i]!, parts[i + 1]!);
  const [main] = files.keys();
  if (main === undefined) return printed;
  const expand = (text: string, depth: number): string =>
    text.replaceAll(/^(\s*|.*[;{}]\s*)include\s+([^;\s]+)\s*;/gm, (_all, before: string, pattern: string) => {
      const path = pattern.replaceAll(/["']/g, '');
      const matched = [...files].filter(([name]) => matchesGlob(name, resolve(dirname(main), path)));
      return `${before}${depth > 0 ? matched.map(([, body]) => expand(body, depth - 1)).join('\n') : ''}`;
    });
  return expand(files.get(main)!, 8);
}

/**
 * What each place that passes requests on to a port says as X-Forwarded-For; undefined for one that says nothing.
 * A block inherits the headers of the one around it unless it sets some of its own.
 */
export function forwardedIn(configuration: string, port: number): (string | undefined)[] {
  interface Block {
    headers: Map<string, string>;
    passes: boolean;
  }
  const found: (string | undefined)[] = [];
  const upstreams = new Set(
    [...configuration.matchAll(/upstream\s+(\S+)\s*\{([^}]*)\}/g)].filter(([, , body]) => namesPort(body!, port)).map(([, name]) => name!),
  );
  const stack: Block[] = [{ headers: new Map(), passes: false }];
  const words = configuration.replaceAll(/(^|\s)#.*$/gm, '$1').matchAll(/"[^"]*"|'[^']*'|[^\s;{}"']+|[;{}]/g);
  let statement: string[] = [];
  for (const [word] of words) {
    if (word !== ';' && word !== '{' && word !== '}') {
      statement.push(word.replaceAll(/^["']|["']$/g, ''));
      continue;
    }
    const block = stack.at(-1)!;
    if (word === '{') stack.push({ headers: new Map(), passes: false });
    else if (word === '}' && stack.length > 1) {
      const inner = stack.pop()!;
      if (inner.passes) found.push(effective([...stack, inner]).get('x-forwarded-for'));
    } else if (statement[0] === 'proxy_set_header') block.headers.set(statement[1]?.toLowerCase() ?? '', statement.slice(2).join(' '));
    else if (statement[0] === 'proxy_pass') {
      const target = statement[1] ?? '';
      block.passes = namesPort(target, port) || upstreams.has(/^https?:\/\/([^/:]+)/.exec(target)?.[1] ?? '');
    }
    statement = [];
  }
  return found;

  function effective(blocks: readonly Block[]): Map<string, string> {
    return blocks.findLast(({ headers }) => headers.size > 0)?.headers ?? new Map<string, string>();
  }
}

function namesPort(text: string, port: number): boolean {
  return new RegExp(`(?:127\\.0\\.0\\.1|localhost|\\[::1\\]):${port}\\b`).test(text);
}
