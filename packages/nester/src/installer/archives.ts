import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Machines as Node names them, and as `uname -m` does. */
export const machines = { x64: 'x86_64', arm64: 'aarch64' } as const;
type Machine = keyof typeof machines;

/** A release that a probe may fetch. */
export interface Archive {
  name: string;
  path: string;
  machine: Machine;
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
}

interface Known {
  stamp: string;
  sha256: Promise<string>;
}

/** The releases of one version in a folder, with their sums, which are computed once for as long as a file stays as it is. */
export class Archives {
  readonly #folder: string;
  readonly #version: string;
  readonly #known = new Map<string, Known>();

  constructor(folder: string, version: string) {
    this.#folder = folder;
    this.#version = version;
  }

  /** Those that there are now; none where there is no such folder. */
  async list(): Promise<Archive[]> {
    const names = new Set(
      await readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw error;
      }),
    );
    const found = (Object.keys(machines) as Machine[])
      .map(machine => ({ machine, name: `aerie-${this.#version}-linux-${machine}.tar.gz` }))
      .filter(({ name }) => names.has(name));
    return await Promise.all(found.map(each => this.#read(each.name, each.machine)));
  }

  async #read(name: string, machine: Machine): Promise<Archive> {
    const path = join(this.#folder, name);
    const { size: bytes, mtimeMs, ino } = await stat(path);
    const stamp = `${bytes} ${mtimeMs} ${ino}`;
    let known = this.#known.get(name);
    if (known?.stamp !== stamp) {
      known = { stamp, sha256: sumOf(path) };
      this.#known.set(name, known);
      known.sha256.catch(() => this.#known.delete(name));
    }
    return { name, path, machine, bytes, sha256: await known.sha256 };
  }
}

async function sumOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
