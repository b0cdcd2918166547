import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What stands between two rows of backticks in a page. */
export interface Fence {
  /** `sh` are commands that people type, and so is a fence that names no language; `text`, `toml`, `nginx` and others are to be read. */
  language: string;
  body: string;
  /** Why no test runs it, as the comment above it says; undefined: it says nothing. */
  untried: string | undefined;
}

/** A page of the papers, as far as a test looks at it. */
export interface Page {
  /** Level and text of each heading. */
  headings: readonly { level: number; text: string }[];
  fences: readonly Fence[];
  /** Everything but the fences. */
  prose: string;
}

const untriedForm = /^<!-- not run by a test: (\S.*?) -->$/;

/** Takes a page apart. */
export function readPage(markdown: string): Page {
  const headings: { level: number; text: string }[] = [];
  const fences: Fence[] = [];
  const prose: string[] = [];
  let open: { language: string; mark: string; indent: number; lines: string[] } | undefined;
  let above = '';
  for (const line of markdown.split('\n')) {
    const fence = /^(\s*)(`{3,})\s*(\S*)\s*$/.exec(line);
    if (open) {
      if (fence?.[2] === open.mark && fence[3] === '') {
        fences.push({ language: open.language, body: open.lines.join('\n'), untried: untriedForm.exec(above)?.[1] });
        open = undefined;
        above = '';
      } else open.lines.push(line.slice(Math.min(open.indent, line.length - line.trimStart().length)));
      continue;
    }
    if (fence) {
      open = { language: fence[3] || 'sh', mark: fence[2]!, indent: fence[1]!.length, lines: [] };
      continue;
    }
    const heading = /^(#{1,6}) (.+)$/.exec(line);
    if (heading) headings.push({ level: heading[1]!.length, text: heading[2]!.trim() });
    if (line.trim() !== '') above = line.trim();
    prose.push(line);
  }
  return { headings, fences, prose: prose.join('\n') };
}

/**
 * The commands of a fence, one a line as people type them: comments, `sudo` and the breaks of long lines are left out.
 * What a here-document feeds to a command is part of it.
 */
export function commandsIn(body: string): string[] {
  const commands: string[] = [];
  let until: string | undefined;
  for (const raw of body.replaceAll(/\\\n\s*/g, '').split('\n')) {
    if (until !== undefined) {
      if (raw.trim() === until) until = undefined;
      continue;
    }
    until = /<<-?\s*['"]?(\w+)['"]?/.exec(raw)?.[1];
    const command = withoutComment(raw)
      .replaceAll(/\s+/g, ' ')
      .trim()
      .replace(/^sudo /, '');
    if (command !== '') commands.push(command);
  }
  return commands;
}

/** A line without what the shell takes for a comment, as far as these pages need it. */
export function withoutComment(line: string): string {
  return line.replace(/(^|\s)#\s.*$/, '');
}

/** The suites whose code counts: all but those of the house, which run nothing. */
export function suites(root: string): string[] {
  const files = globSync(['test/**/*.ts', 'packages/*/{src,test}/**/*.test.ts'], { cwd: root, exclude: ['test/house/**'] });
  return files.map(file => readFileSync(join(root, file), 'utf8'));
}

/**
 * What these suites run, as far as their text shows it: a command that stands in their code, as one text or as a list of words,
 * and each line `// runs: COMMAND`, which stands where a test runs that command in other words. `// runs: PAGE.md` stands where a test
 * reads that page and runs all that its fences say. Titles and other comments are no runs.
 */
export function whatTestsRun(texts: readonly string[]): (command: string, page: string) => boolean {
  const marked = new Set<string>();
  const code: string[] = [];
  for (const line of texts.flatMap(text => text.split('\n'))) {
    const runs = /^\s*\/\/ runs: (.+)$/.exec(line)?.[1];
    if (runs !== undefined) marked.add(runs.trim());
    else if (!/^\s*(\/\/|\*|\/\*|(it|describe|test|needs|onEachDatabase)\b)/.test(line)) code.push(line);
  }
  const text = code
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    // run('nester', ['user', 'list']) and ['nester', 'user', 'list'] are the words of one command.
    .replaceAll(/(['"`]), ?\[? ?\1/g, ' ');
  return (command, page) =>
    marked.has(page) || marked.has(command) || new RegExp(`(?<![\\w/-])${command.replaceAll(/[^\w\s]/g, '\\$&')}(?![\\w/-])`).test(text);
}

/** The anchor that a heading gets. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}
