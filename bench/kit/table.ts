type Cell = string | number | undefined;

/** Plain text columns: the first left-aligned, the others right-aligned. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [head, ...rows].map(row => row.map(cell => (cell === undefined ? '-' : typeof cell === 'number' ? number(cell) : cell)));
  const widths = head.map((_, column) => Math.max(...cells.map(row => row[column]!.length)));
  return cells
    .map(row => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  '))
    .join('\n');
}

function number(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : 2 });
}
