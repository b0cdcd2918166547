import type { ExportSubject } from '@aerie/contract';
import type { Language } from '@aerie/contract/errors';

/** How an export is written: as a spreadsheet opens it at once, or as its name says. */
export type ExportForm = 'excel' | 'csv' | 'json';

/** The address at which what is taken out is to be had. */
export function exportAddress(
  subject: ExportSubject,
  form: ExportForm,
  language: Language,
  selection: Record<string, string | number | undefined>,
): string {
  const asked = new URLSearchParams({ format: form === 'json' ? 'json' : 'csv' });
  if (form !== 'json') asked.set('language', language);
  if (form === 'excel') {
    asked.set('bom', '1');
    if (usesDecimalComma()) asked.set('separator', 'semicolon');
  }
  for (const [name, value] of Object.entries(selection)) if (value !== undefined && value !== '') asked.set(name, String(value));
  return `/api/export/${subject}?${asked}`;
}

/** Where a comma is the decimal sign, a spreadsheet looks for semicolons between cells. */
function usesDecimalComma(): boolean {
  return new Intl.NumberFormat(navigator.language).format(1.5).includes(',');
}
