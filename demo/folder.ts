import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePast, type SeededSite } from './history.ts';
import { type DemoPerson, newPeople } from './people.ts';
import type { ProbeKey } from './probe.ts';
import type { Scene } from './timetable.ts';

const fileName = 'demo.json';
/** Says that the folder was begun and not finished. */
const begunName = 'demo.begun';

interface DemoState {
  v: 1;
  scene: Scene;
  people: DemoPerson[];
  sites: SeededSite[];
  /** Probes that came later: copies that got an identity of their own, by site. */
  joined: Record<string, ProbeKey[]>;
}

/** What stands in the way, and the mend. */
export class FolderError extends Error {}

/** The data folder of a demonstration, with what is needed to go on with it. */
export class DemoFolder {
  readonly path: string;
  readonly state: DemoState;

  private constructor(path: string, state: DemoState) {
    this.path = path;
    this.state = state;
  }

  /** The one that is there; undefined when there is none. @throws FolderError when something else is there */
  static open(path: string): DemoFolder | undefined {
    if (existsSync(join(path, fileName))) return new DemoFolder(path, JSON.parse(readFileSync(join(path, fileName), 'utf8')));
    // A start that was cut short left no show: it is begun anew.
    if (existsSync(join(path, begunName))) DemoFolder.remove(path);
    else if (existsSync(path) && readdirSync(path).length > 0)
      throw new FolderError(`${path} holds something else than a demonstration. Name another folder: --data FOLDER`);
    return undefined;
  }

  /** Makes one with its history. */
  static async make(path: string, scene: Scene): Promise<DemoFolder> {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    writeFileSync(join(path, begunName), '');
    const people = newPeople();
    const sites = await makePast(path, scene, people);
    const folder = new DemoFolder(path, { v: 1, scene, people, sites, joined: {} });
    folder.save();
    rmSync(join(path, begunName));
    return folder;
  }

  /** Removes the folder of a demonstration, and no other. */
  static remove(path: string): void {
    if (!existsSync(path)) return;
    if (!existsSync(join(path, fileName)) && !existsSync(join(path, begunName)) && readdirSync(path).length > 0)
      throw new FolderError(`${path} holds something else than a demonstration: it is left alone.`);
    rmSync(path, { recursive: true, force: true });
  }

  save(): void {
    const file = join(this.path, fileName);
    // It holds keys and passwords.
    writeFileSync(`${file}.new`, `${JSON.stringify(this.state, undefined, 1)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}
