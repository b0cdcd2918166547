import { expect, it, vi } from 'vitest';
import { printJson } from './say.ts';
import { shownLines, table } from './table.ts';

const hostile = 'a\u001b]52;c;cHduZWQ=\u0007b\u009b2Jc\rd\u202ee';

it('shows nothing that a terminal would obey', () => {
  expect(shownLines(`${hostile}\nnext`)).toBe('a�]52;c;cHduZWQ=�b�2Jc�d�e\nnext');
  expect(table(['name'], [[hostile]])).toBe('name\na�]52;c;cHduZWQ=�b�2Jc�d�e\n');
});

it('writes JSON that is the same and that no terminal obeys', () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  printJson({ hostile });
  const [[text]] = write.mock.calls as [[string]];
  write.mockRestore();
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  expect(JSON.parse(text)).toEqual({ hostile });
});
