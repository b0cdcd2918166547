import { describe, expect, it } from 'vitest';
import { readClassList, roleNamed } from './class-list.ts';

describe('readClassList', () => {
  it.each([
    ['commas, English', 'name,role\nAlice,member\nBob,\n'],
    ['semicolons, French', 'Nom;Rôle\r\nAlice;member\r\nBob;\r\n'],
    ['tabs', 'Utilisateur\trôle\nAlice\tmember\nBob\t\n'],
    ['a BOM', '\ufeffusername,role\nAlice,member\nBob\n'],
    ['quotes and other columns', 'ID,"Nom d\'utilisateur",Role\n1,"Alice","member"\n2,Bob,\n'],
    ['a curly apostrophe', 'ID;Nom d’utilisateur;Rôle\n1;Alice;member\n2;Bob;\n'],
  ])('reads %s', (_, csv) => {
    expect(readClassList(csv)).toEqual([
      { line: 2, name: 'Alice', role: 'member' },
      { line: 3, name: 'Bob', role: '' },
    ]);
  });

  it('reads a plain list of names', () => {
    expect(readClassList('Alice\nBob Martin\n\nZoé\n')).toEqual([
      { line: 1, name: 'Alice', role: '' },
      { line: 2, name: 'Bob Martin', role: '' },
      { line: 4, name: 'Zoé', role: '' },
    ]);
  });

  it('puts first names before names', () => {
    expect(readClassList('Nom;Prénom\nMartin;Alice\nMartin;Bob\n').map(({ name }) => name)).toEqual(['Alice Martin', 'Bob Martin']);
  });

  it('is empty for an empty file', () => {
    expect(readClassList('')).toEqual([]);
    expect(readClassList('\ufeff\n')).toEqual([]);
    expect(readClassList('name,role\n')).toEqual([]);
  });

  it.each([
    ['no column with names', 'id,age\n1,12\n', 'no_name_column'],
    ['a quote without end', 'name\n"Alice\nBob\n', 'not_csv'],
    ['too many rows', `name\n${'x\n'.repeat(2001)}`, 'too_many_rows'],
  ])('refuses %s', (_, csv, reason) => {
    expect(() => readClassList(csv)).toThrow(expect.objectContaining({ code: 'bad_input', params: { field: 'csv', reason } }));
  });

  it('takes as many rows as the limit says', () => {
    expect(readClassList(`name\n${'x\n'.repeat(2000)}`)).toHaveLength(2000);
  });
});

describe('roleNamed', () => {
  it('knows both languages', () => {
    expect(roleNamed(' Administratrice ')).toBe('admin');
    expect(roleNamed('TECHNICIEN')).toBe('technician');
    expect(roleNamed('viewer')).toBe('viewer');
    expect(roleNamed('constructor')).toBeUndefined();
  });
});
