import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentNames, readConfig } from '../../packages/nester/src/config.ts';

const root = join(import.meta.dirname, '..', '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

describe('the documentation', () => {
  it('links to files that exist', () => {
    const pages = globSync(['*.md', 'docs/**/*.md', 'bench/*.md'], { cwd: root });
    const broken = pages.flatMap(page =>
      linksIn(readFileSync(join(root, page), 'utf8'))
        .filter(link => !existsSync(join(root, dirname(page), link)))
        .map(link => `${page}: ${link}`),
    );
    expect(pages.length).toBeGreaterThan(5);
    expect(broken).toEqual([]);
  });

  it('lists every decision', () => {
    const list = linksIn(readFileSync(join(root, 'docs', 'adr', 'README.md'), 'utf8'));
    expect(list.sort()).toEqual(globSync('[0-9]*.md', { cwd: join(root, 'docs', 'adr') }).sort());
  });
});

describe('the README', () => {
  it('names every setting, and no other', () => {
    const cells = [...readme.matchAll(/^\| (`AERIE_[^|]*) \|/gm)].map(match => match[1]!);
    const named = cells.flatMap(cell => [...cell.matchAll(/`(AERIE_\w+)`/g)].map(match => match[1]));
    expect(named.sort()).toEqual(Object.values(environmentNames).sort());
  });

  it('names every limit with its default', () => {
    const rows = [...readme.matchAll(/^\| (`[a-z]\w+`(?:, `\w+`)*) \| ([\d, ]+) \|/gm)];
    const named = rows.flatMap(([, names, values]) => {
      const numbers = values!.split(', ').map(Number);
      return [...names!.matchAll(/\w+/g)].map(([name], i) => [name, numbers[i]]);
    });
    expect(Object.fromEntries(named)).toEqual(readConfig({}, {}).limits);
  });
});

/** Relative links of a page, without their anchors. */
function linksIn(markdown: string): string[] {
  const links = [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map(match => match[1]!.split('#')[0]!);
  return links.filter(link => link !== '' && !/^[a-z]+:/.test(link));
}
