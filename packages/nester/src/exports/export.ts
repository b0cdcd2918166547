import type { ExportForm, ExportSelection, ExportSubject } from '@aerie/contract';
import { columns } from './columns.ts';
import { csvRows } from './csv.ts';
import { type Ask, pages } from './pages.ts';

/** What is to be taken out, of what, and how it is written. */
export interface ExportOrder {
  subject: ExportSubject;
  selection: ExportSelection;
  form: ExportForm;
}

/**
 * Takes out all records: a chunk of text a page. Nothing is read before the chunk before has been taken, so that no export
 * is too large. The audit has been told when the first chunk comes.
 * @param onPage hears how many records each page has
 */
export async function* exported(ask: Ask, order: ExportOrder, onPage: (records: number) => void = () => {}): AsyncGenerator<string> {
  const { subject, selection, form } = order;
  await ask('export.begin', { subject, format: form.format, ...selection });
  const write = form.format === 'csv' ? csvWriter(order) : jsonWriter();
  yield write.begin;
  for await (const page of pages(ask, subject, selection)) {
    onPage(page.length);
    if (page.length > 0) yield write.page(page);
    // However fast all this is taken, others have their turn between two pages.
    await new Promise(resolve => setImmediate(resolve));
  }
  yield write.end();
}

interface Writer {
  begin: string;
  page(records: readonly object[]): string;
  end(): string;
}

function csvWriter({ subject, form }: ExportOrder): Writer {
  const shown = columns(subject, form.language);
  return {
    begin: `${form.bom ? '\uFEFF' : ''}${csvRows([shown.map(({ heading }) => heading)], form.separator)}`,
    page: records =>
      csvRows(
        records.map(record => shown.map(({ cell }) => cell(record as never))),
        form.separator,
      ),
    end: () => '',
  };
}

/** One JSON array, one record a line. */
function jsonWriter(): Writer {
  let before = '';
  return {
    begin: '[',
    page(records) {
      const lines = records.map(record => {
        const line = `${before}\n${JSON.stringify(record)}`;
        before = ',';
        return line;
      });
      return lines.join('');
    },
    end: () => (before === '' ? ']\n' : '\n]\n'),
  };
}
