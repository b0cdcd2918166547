import type { Site } from '@aerie/contract';
import { shapeOf } from '../sites/site-list.ts';

/** How much room a site has on the wall. */
export type TileSize = 'large' | 'medium' | 'small';

export interface Tile {
  site: Site;
  size: TileSize;
  /** From 1, as a grid counts. */
  column: number;
  row: number;
}

export interface Grid {
  /** Always even: what needs somebody is two columns wide. */
  columns: number;
  rows: number;
}

export interface Wall extends Grid {
  /** What needs somebody stands on every page; the rest takes turns in what room is left. */
  pages: Tile[][];
  /** Sites that stand on no page: there is only room for what needs somebody. */
  left: number;
}

/** Narrower than this, a name cannot be read from five metres. */
const leastCellPx = 300;
/** How wide a cell is to its height. */
const shape = 2.7;

/** How urgently a site needs somebody. */
export function sizeOf(site: Site, now: number): TileSize {
  if (shapeOf(site, now) === 'maintenance' || site.why === 'no_probe' || site.why === 'probe_never') return 'small';
  if (site.state === 'down' || site.why === 'probe_silent' || site.worst?.severity === 'critical') return 'large';
  return site.state === 'up' ? 'small' : 'medium';
}

/** The wall for sites that stand worst first: the largest tiles with which all fit at once; where none are, pages. */
export function wallOf(sites: readonly Site[], width: number, height: number, now: number): Wall {
  const most = Math.max(2, Math.floor(width / leastCellPx / 2) * 2);
  let wall: Wall | undefined;
  for (let columns = 2; columns <= most; columns += 2) {
    wall = pagesOf(sites, { columns, rows: Math.max(2, Math.floor(height / (width / columns / shape))) }, now);
    if (wall.pages.length === 1 && wall.left === 0) return wall;
  }
  return wall!;
}

/** Tiles on a grid of that many cells, page after page. */
export function pagesOf(sites: readonly Site[], { columns, rows }: Grid, now: number): Wall {
  const sized = sites.map(site => ({ site, size: sizeOf(site, now) }));
  const needing = sized.filter(({ size }) => size !== 'small');
  const rest = sized.filter(({ size }) => size === 'small');

  const pinned: Tile[][] = [];
  let page = new Page(columns, rows);
  for (const size of ['large', 'medium'] as const) {
    for (const each of needing) {
      if (each.size !== size) continue;
      if (!page.put(each.site, size)) {
        pinned.push(page.tiles);
        page = new Page(columns, rows);
        page.put(each.site, size);
      }
    }
  }
  if (pinned.length > 0) return { columns, rows, pages: [...pinned, page.tiles], left: rest.length };
  if (rest.length === 0) return { columns, rows, pages: [page.tiles], left: 0 };

  const room = page.free();
  if (room.length === 0) return { columns, rows, pages: [page.tiles], left: rest.length };
  const pages: Tile[][] = [];
  for (let from = 0; from < rest.length; from += room.length) {
    const turn = rest.slice(from, from + room.length).map(({ site }, n) => ({ site, size: 'small' as const, ...room[n]! }));
    pages.push([...page.tiles, ...turn]);
  }
  return { columns, rows, pages, left: 0 };
}

/** One page as it fills, from the top left on. */
class Page {
  readonly tiles: Tile[] = [];
  readonly #taken = new Set<string>();
  readonly #columns: number;
  readonly #rows: number;

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
  }

  /** Puts a site where it first fits; false where it does not fit any more. */
  put(site: Site, size: 'large' | 'medium'): boolean {
    const tall = size === 'large' ? 2 : 1;
    for (let row = 1; row + tall - 1 <= this.#rows; row++) {
      for (let column = 1; column < this.#columns; column += 2) {
        const cells = [0, 1].flatMap(right => Array.from({ length: tall }, (_, down) => `${column + right} ${row + down}`));
        if (cells.some(cell => this.#taken.has(cell))) continue;
        for (const cell of cells) this.#taken.add(cell);
        this.tiles.push({ site, size, column, row });
        return true;
      }
    }
    return false;
  }

  /** The cells that are still free, row by row. */
  free(): { column: number; row: number }[] {
    const cells: { column: number; row: number }[] = [];
    for (let row = 1; row <= this.#rows; row++)
      for (let column = 1; column <= this.#columns; column++) if (!this.#taken.has(`${column} ${row}`)) cells.push({ column, row });
    return cells;
  }
}
