import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { harvesterProgram } from '../../packages/harvester/src/cli/program.ts';
import { nesterProgram } from '../../packages/nester/src/cli/program.ts';
import { environmentNames } from '../../packages/nester/src/config.ts';
import { anchorOf, commandsIn, type Page, readPage, suites, whatTestsRun, withoutComment } from './papers.ts';

const root = join(import.meta.dirname, '..', '..');
const languages = ['en', 'fr'] as const;
type Language = (typeof languages)[number];

const programs = { nester: nesterProgram({ version: '0', date: '', commit: '' }), harvester: harvesterProgram() };
const variables = knownVariables();
const textOf = (language: Language, name: string) => readFileSync(join(root, 'docs/operations', language, `${name}.md`), 'utf8');
const pageOf = (language: Language, name: string) => readPage(textOf(language, name));
const namesIn = (language: Language) => globSync(`docs/operations/${language}/*.md`, { cwd: root }).map(file => basename(file, '.md'));
const names = namesIn('en').sort();
const all = languages.flatMap(language => namesIn(language).map(name => ({ language, name })));

describe('the papers of operation', () => {
  it('are the same set in both languages', () => {
    expect(names).toContain('README');
    expect(namesIn('fr').sort()).toEqual(names);
  });

  it.each(languages)('are all named by the index (%s)', language => {
    const named = linksIn(textOf(language, 'README')).map(link => basename(link.split('#')[0]!, '.md'));
    expect(names.filter(name => name !== 'README' && !named.includes(name))).toEqual([]);
  });

  it.each(names)('%s has the same sections and the same fences in both languages', name => {
    const [en, fr] = languages.map(language => pageOf(language, name)) as [Page, Page];
    expect(en.headings[0]?.level).toBe(1);
    expect(fr.headings.map(({ level }) => level)).toEqual(en.headings.map(({ level }) => level));
    expect(fr.fences.map(({ language }) => language)).toEqual(en.fences.map(({ language }) => language));
    // Comments are in the reader's language, and so is what a program prints.
    const shape = ({ fences }: Page) => fences.filter(({ language }) => language !== 'text').map(({ body }) => bare(body));
    expect(shape(fr)).toEqual(shape(en));
    expect(fr.fences.map(({ untried }) => untried !== undefined)).toEqual(en.fences.map(({ untried }) => untried !== undefined));
  });

  it('give no command that no test runs without saying so', () => {
    const isRun = whatTestsRun(suites(root));
    const untried = names.flatMap(name =>
      pageOf('en', name)
        .fences.filter(({ language, untried }) => language === 'sh' && untried === undefined)
        .flatMap(({ body }) => commandsIn(body))
        .filter(command => !isRun(command, `docs/operations/en/${name}.md`))
        .map(command => `${name}: ${command}`),
    );
    expect(untried).toEqual([]);
  });

  it.each(all)('$language/$name links to what is there', ({ language, name }) => {
    const folder = join(root, 'docs/operations', language);
    const broken = linksIn(textOf(language, name)).filter(link => {
      const [path, anchor] = link.split('#') as [string, string | undefined];
      const file = path === '' ? join(folder, `${name}.md`) : join(folder, path);
      if (!existsSync(file)) return true;
      if (anchor === undefined || !file.endsWith('.md')) return false;
      return !readPage(readFileSync(file, 'utf8')).headings.some(heading => anchorOf(heading.text) === anchor);
    });
    expect(broken).toEqual([]);
  });

  it.each(all)('$language/$name links to pages of its own language', ({ language, name }) => {
    const other = language === 'en' ? 'fr' : 'en';
    const strayed = linksIn(textOf(language, name)).filter(link => new RegExp(`(^|/)${other}/`).test(link));
    expect(strayed.filter(link => basename(link) !== `${name}.md`)).toEqual([]);
  });

  it.each(all)('$language/$name names only settings, files and commands that there are', ({ language, name }) => {
    const text = textOf(language, name);
    expect(
      [...text.matchAll(/\b(?:AERIE|HARVESTER)_[A-Z][A-Z_]*\b/g)].map(([variable]) => variable).filter(each => !variables.has(each)),
    ).toEqual([]);
    const paths = [
      ...text.matchAll(/(?<![\w./-])(?:\/opt\/aerie\/current\/|\.\/)?((?:deploy|docs|packages|scripts|bench|test)\/[\w./-]*\w)/g),
    ];
    expect(paths.map(match => match[1]!).filter(path => !existsSync(join(root, path)))).toEqual([]);
    const page = readPage(text);
    const typed = [
      ...page.fences.filter(fence => fence.language === 'sh').flatMap(({ body }) => commandsIn(body)),
      ...[...page.prose.matchAll(/`([^`\n]+)`/g)].map(match => match[1]!),
    ];
    expect(typed.map(command => faultOf(command)).filter(fault => fault !== undefined)).toEqual([]);
    const settings = page.fences
      .filter(fence => fence.language === 'toml')
      .flatMap(({ body }) => [...body.matchAll(/^(\w+) =/gm)].map(match => match[1]!));
    expect(settings.filter(key => !Object.hasOwn(environmentNames, key))).toEqual([]);
  });
});

describe('what counts as run', () => {
  it('stands in the code of a suite, or in a line that says what it runs; not in a title, nor in another comment', () => {
    const isRun = whatTestsRun([
      `it('nester backup', async () => {\n  // nester verify\n  // runs: nester restore FILE\n  // runs: docs/whole.md\n  await run('nester doctor --json');\n`,
      `await machine.run('systemctl', ['is-active', 'nester']);\nawait machine.run(['systemctl',\n  'reload', "nginx"])\nawait run(['ufw', 'status'])`,
    ]);
    const typed = [
      'nester doctor',
      'nester doctor --json',
      'ufw status',
      'systemctl is-active nester',
      'nester restore FILE',
      'nester restore',
      'nester verify',
      'nester backup',
      'fw status',
    ];
    expect(typed.filter(command => isRun(command, 'docs/page.md'))).toEqual([
      'nester doctor',
      'nester doctor --json',
      'ufw status',
      'systemctl is-active nester',
      'nester restore FILE',
    ]);
    expect(isRun('nester verify', 'docs/whole.md')).toBe(true);
    expect(suites(root).length).toBeGreaterThan(100);
  });

  it('are the commands of a fence without comments, sudo, breaks and what is fed to them', () => {
    expect(
      commandsIn(
        '# first\nsudo nester backup   # makes one\n\nnester user import \\\n  class.csv\ncat > /tmp/x <<EOF\nno command\nEOF\nls /tmp#x',
      ),
    ).toEqual(['nester backup', 'nester user import class.csv', 'cat > /tmp/x <<EOF', 'ls /tmp#x']);
  });

  it('leaves out a fence with the comment above it, and no other', () => {
    const { fences, headings } = readPage(
      '# A\n<!-- not run by a test: it needs VirtualBox -->\n\n```sh\nVBoxManage list vms\n```\n## B\n```\n# no heading\nls\n```\n```toml\na = 1\n```\n',
    );
    expect(fences).toEqual([
      { language: 'sh', body: 'VBoxManage list vms', untried: 'it needs VirtualBox' },
      { language: 'sh', body: '# no heading\nls', untried: undefined },
      { language: 'toml', body: 'a = 1', untried: undefined },
    ]);
    expect(headings.map(({ text }) => text)).toEqual(['A', 'B']);
    expect(anchorOf('Sauvegarder, restaurer : l’essentiel')).toBe('sauvegarder-restaurer--lessentiel');
  });
});

/** A fence without its comments. */
function bare(body: string): string {
  return body
    .split('\n')
    .map(line => withoutComment(line).trimEnd())
    .filter(line => line !== '')
    .join('\n');
}

/** Links to files of this repository, and to places within the page. */
function linksIn(markdown: string): string[] {
  const links = [...readPage(markdown).prose.matchAll(/\]\(([^)\s]+)\)/g)].map(match => match[1]!);
  return links.filter(link => !/^[a-z]+:/.test(link));
}

/** Every variable of the environment that the programs and what deploys them know. */
function knownVariables(): Set<string> {
  const files = globSync(['packages/{nester,harvester}/{src,bin}/**/*.{ts,js}', 'deploy/**/*', 'scripts/*'], {
    cwd: root,
    withFileTypes: true,
  });
  const text = files.filter(file => file.isFile()).map(file => readFileSync(join(file.parentPath, file.name), 'utf8'));
  return new Set(text.flatMap(each => [...each.matchAll(/\b(?:AERIE|HARVESTER)_[A-Z][A-Z_]*\b/g)].map(([name]) => name)));
}

/** What of a command line of ours the program does not know; undefined: it knows all of it, or it is another program's. */
function faultOf(typed: string): string | undefined {
  const words = typed
    .replace(/^sudo (-u \S+ )?/, '')
    .replace(/^npx /, '')
    .split(/\s+/);
  const [first, ...rest] = words as [string, ...string[]];
  if (first !== 'nester' && first !== 'harvester') return undefined;
  let command = programs[first];
  for (const word of rest) {
    if (/^[|<>&;]/.test(word)) break;
    if (word.startsWith('-')) {
      const name = word.split('=')[0]!;
      if (
        !['--version', '-V', '--help', '-h'].includes(name) &&
        !command.options.some(({ long, short }) => name === long || name === short)
      )
        return `${typed}: ${word}`;
    } else if (command.commands.length > 0) {
      const next = command.commands.find(each => each.name() === word);
      if (!next) return `${typed}: ${word}`;
      command = next;
    }
  }
  return undefined;
}
