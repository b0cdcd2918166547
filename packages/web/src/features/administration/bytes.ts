import type { Language } from '@aerie/contract/errors';

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** An amount of data by its greatest unit: "512 byte", "3.4 MB". */
export function bytesWords(bytes: number, language: Language): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1_000 && unit < units.length - 1) {
    size /= 1_000;
    unit++;
  }
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[unit]!,
    unitDisplay: 'short',
    maximumSignificantDigits: 3,
  }).format(size);
}
