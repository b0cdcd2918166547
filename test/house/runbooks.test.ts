import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { incidentRule } from '@aerie/contract';
import { describe, expect, it } from 'vitest';
import { harvesterProgram } from '../../packages/harvester/src/cli/program.ts';
import { nesterProgram } from '../../packages/nester/src/cli/program.ts';
import { slashCommands } from '../../packages/web/src/features/chat/slash.ts';
import { parseRunbook, runbookFor, runbookNames } from '../../packages/web/src/features/runbooks/runbook.ts';
import { enProbe } from '../../packages/web/src/i18n/en-probe.ts';
import { frProbe } from '../../packages/web/src/i18n/fr-probe.ts';

const root = join(import.meta.dirname, '..', '..');
const units = join(root, 'deploy/debian/systemd');
const languages = {
  fr: {
    words: ['Réussite', 'Échec', 'Ensuite'],
    parts: ['Premier niveau', 'Second niveau'],
    quoted: /«\u00a0([^»]+)\u00a0»/g,
    probe: frProbe,
  },
  en: { words: ['Success', 'Failure', 'Next'], parts: ['First line', 'Second line'], quoted: /“([^”]+)”/g, probe: enProbe },
} as const;
type Language = keyof typeof languages;

const textOf = (language: Language, name: string) => readFileSync(join(root, 'docs/runbooks', language, `${name}.md`), 'utf8');
const all = (Object.keys(languages) as Language[]).flatMap(language => runbookNames.map(name => ({ language, name })));

/** Everything that the pages say in a language. */
async function labels(language: Language): Promise<Set<string>> {
  const said = new Set<string>();
  for (const file of globSync(`packages/web/src/i18n/${language}{,-*}.ts`, { cwd: root })) {
    const words = Object.values((await import(join(root, file))) as Record<string, Record<string, string | Record<string, string>>>);
    for (const entry of words.flatMap(each => Object.values(each)))
      for (const text of typeof entry === 'string' ? [entry] : Object.values(entry)) said.add(text);
  }
  return said;
}

describe('the runbooks', () => {
  it.each(['fr', 'en'] as const)('are the same set in both languages (%s)', language => {
    const files = globSync(`docs/runbooks/${language}/*.md`, { cwd: root }).map(file => basename(file, '.md'));
    expect(files.sort()).toEqual([...runbookNames].sort());
  });

  it.each(all)(
    '$language/$name has two lines of steps, counted through, each with success, failure and what is next',
    ({ language, name }) => {
      const { words, parts } = languages[language];
      const runbook = parseRunbook(textOf(language, name));
      expect(runbook.title).not.toBe('');
      expect(runbook.intro).not.toBe('');
      expect(runbook.parts.map(part => part.title)).toEqual(parts);
      const steps = runbook.parts.flatMap(part => part.steps);
      expect(steps.map(step => step.number)).toEqual(steps.map((_, n) => n + 1));
      for (const step of steps)
        expect(
          step.outcomes.map(({ word }) => word),
          `step ${step.number}`,
        ).toEqual(words);
      // A step that one is sent to is there.
      for (const [, number] of textOf(language, name).matchAll(/(?:étape|step)\u00a0?\s?(\d+)/gi))
        expect(steps.length).toBeGreaterThanOrEqual(Number(number));
    },
  );

  it('have as many steps in French as in English, and send people to the same ones', () => {
    for (const name of runbookNames) {
      const shape = (language: Language) =>
        parseRunbook(textOf(language, name)).parts.map(({ steps }) => steps.map(step => step.outcomes[2]!.text.match(/\d+/g)));
      expect(shape('fr'), name).toEqual(shape('en'));
    }
  });

  it.each(['fr', 'en'] as const)('quote only what the pages say (%s)', async language => {
    const known = await labels(language);
    const unknown = runbookNames.flatMap(name =>
      [...textOf(language, name).matchAll(languages[language].quoted)].map(match => match[1]!).filter(label => !known.has(label)),
    );
    expect(unknown).toEqual([]);
  });

  it.each(all)('$language/$name names only commands that there are', ({ language, name }) => {
    const programs = { nester: nesterProgram({ version: '0', date: '', commit: '' }), harvester: harvesterProgram() };
    const slashes = slashCommands.map(each => `/${each.name}`) as string[];
    for (const [, typed] of textOf(language, name).matchAll(/`([^`]+)`/g)) {
      const [first, program, ...rest] = typed!.split(' ');
      // On a machine on which Aerie is installed, as root; in a copy of the repository, by npx.
      if (typed === 'npx' || typed === 'sudo') continue;
      if (first === 'npx' || (first === 'sudo' && program !== 'systemctl'))
        expect(faultOf(programs[program as 'nester' | 'harvester'], rest), typed).toBeUndefined();
      else if (first!.startsWith('/')) expect(slashes, typed).toContain(first);
      else if (typed!.includes('systemctl ')) expect(readdirSync(units), typed).toContain(rest.at(-1) ?? program);
      else expect(['--dry-run', 'inbox/CODE', 'harvester-data']).toContain(typed);
    }
  });

  it('say the same five steps as the page of a probe', () => {
    for (const language of ['fr', 'en'] as const) {
      const first = parseRunbook(textOf(language, 'collection')).parts[0]!.steps.map(step => step.title);
      const { probe } = languages[language];
      expect(first).toEqual([1, 2, 3, 4, 5].map(n => probe[`runbook.${n}.title` as keyof typeof probe]));
    }
  });

  it('are there for whatever is found, but for what needs none', () => {
    const without = incidentRule.options.filter(rule => runbookFor(rule) === undefined);
    expect(without).toEqual(['device.address', 'test']);
  });
});

/** What of a command line the program does not know; undefined: it knows all of it. */
function faultOf(program: ReturnType<typeof nesterProgram> | undefined, words: readonly string[]): string | undefined {
  let command = program;
  let isNamed = true;
  for (const word of words) {
    if (word.startsWith('--')) {
      isNamed = false;
      if (word !== '--version' && !command?.options.some(option => option.long === word)) return word;
    } else if (isNamed && command && command.commands.length > 0) {
      command = command.commands.find(each => each.name() === word);
      if (!command) return word;
    }
  }
  return command ? undefined : 'program';
}
