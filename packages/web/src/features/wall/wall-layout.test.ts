import type { Site } from '@aerie/contract';
import { expect, test } from 'vitest';
import { pagesOf, sizeOf, wallOf } from './wall-layout.ts';

const site = (siteId: string, fields: Partial<Site> = {}) =>
  ({ siteId, state: 'up', why: 'reporting', maintenanceUntil: null, worst: null, ...fields }) as Site;
const many = (count: number, prefix: string, fields: Partial<Site> = {}) =>
  Array.from({ length: count }, (_, n) => site(`${prefix}${n}`, fields));
const down = { state: 'down', why: 'wan_loss' } as const;
const late = { state: 'stale', why: 'report_late' } as const;

test('what needs somebody now is largest; what is worked on, or has not begun, is not', () => {
  expect(sizeOf(site('a', down), 0)).toBe('large');
  expect(sizeOf(site('a', { state: 'unknown', why: 'probe_silent' }), 0)).toBe('large');
  expect(sizeOf(site('a', late), 0)).toBe('medium');
  expect(sizeOf(site('a', { worst: { severity: 'critical' } as Site['worst'] }), 0)).toBe('large');
  expect(sizeOf(site('a', { worst: { severity: 'warning' } as Site['worst'] }), 0)).toBe('small');
  expect(sizeOf(site('a', { ...down, maintenanceUntil: 1 }), 0)).toBe('small');
  expect(sizeOf(site('a', { state: 'unknown', why: 'no_probe' }), 0)).toBe('small');
});

test('few sites fill the wall; more make it finer; too many take turns while the worst stay', () => {
  expect(wallOf(many(3, 'a'), 1920, 960, 0)).toMatchObject({ columns: 2, pages: [{ length: 3 }] });
  const some = wallOf([...many(2, 'd', down), ...many(30, 'a')], 1920, 960, 0);
  expect(some).toMatchObject({ columns: 6, left: 0, pages: [{ length: 32 }] });
  const all = wallOf([...many(2, 'd', down), ...many(998, 'a')], 1920, 960, 0);
  expect(all.pages.length).toBeGreaterThan(10);
  for (const page of all.pages) expect(page.slice(0, 2).map(tile => tile.site.siteId)).toEqual(['d0', 'd1']);
  expect(new Set(all.pages.flat().map(tile => tile.site.siteId)).size).toBe(1_000);
});

test('no two tiles share a cell, none leaves the grid', () => {
  for (const sites of [
    [...many(5, 'd', down), ...many(4, 'l', late), ...many(100, 'a')],
    [...many(3, 'l', late), ...many(1, 'd', down), ...many(7, 'a')],
  ]) {
    const { columns, rows, pages } = pagesOf(sites, { columns: 6, rows: 7 }, 0);
    for (const page of pages) {
      const cells = page.flatMap(({ size, column, row }) => {
        const [wide, tall] = [size === 'small' ? 1 : 2, size === 'large' ? 2 : 1];
        return Array.from({ length: wide * tall }, (_, n) => [column + (n % wide), row + Math.floor(n / wide)] as const);
      });
      expect(new Set(cells.map(String)).size).toBe(cells.length);
      for (const [column, row] of cells) {
        expect(column).toBeLessThanOrEqual(columns);
        expect(row).toBeLessThanOrEqual(rows);
      }
    }
  }
});

test('when more need somebody than fit, they take turns, and the rest is only counted', () => {
  const wall = pagesOf([...many(20, 'd', down), ...many(50, 'a')], { columns: 4, rows: 4 }, 0);
  expect(wall.pages.map(page => page.length)).toEqual([4, 4, 4, 4, 4]);
  expect(wall.left).toBe(50);
});
