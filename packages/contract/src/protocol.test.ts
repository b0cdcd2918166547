import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commands } from './commands.ts';
import { errorCatalogue, errorSentence } from './errors.ts';
import { openApi } from './openapi.ts';
import { protocolDocument } from './protocol.ts';

describe('docs/protocol.md', () => {
  it('is what the contract says (npm run docs makes it)', () => {
    expect(readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8')).toBe(protocolDocument());
  });
});

describe('openApi', () => {
  it('has a path for every command that needs no live connection', () => {
    const paths = Object.keys(openApi().paths as object);
    const expected = Object.entries(commands)
      .filter(([, spec]) => !('live' in spec && spec.live))
      .map(([name]) => `/api/${name}`);
    expect(paths).toEqual([...expected, '/metrics']);
  });
});

describe('the error catalogue', () => {
  it('has the same placeholders in both languages, and ends sentences', () => {
    for (const entry of Object.values(errorCatalogue)) {
      const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(match => match[1]).sort();
      expect(holes(entry.fr)).toEqual(holes(entry.en));
      expect(entry.en).toMatch(/\.$/);
      expect(entry.fr).toMatch(/\.$/);
    }
  });

  it('fills in sentences, phrases of reasons included', () => {
    expect(errorSentence('weak_password', { reason: 'short', shortest: 12 }, 'fr')).toBe(
      'Ce mot de passe est trop faible : il lui faut au moins 12 caractères.',
    );
    expect(errorSentence('not_found', { thing: 'person' }, 'fr')).toBe('Introuvable : cette personne. Cela a peut-être été supprimé.');
    expect(errorSentence('bad_input', { field: 'x', reason: 'typed {field}' })).toBe('The field x is not right: typed {field}.');
    expect(errorSentence('too_many_attempts', { seconds: 5 })).toContain('Wait 5 s');
  });
});
