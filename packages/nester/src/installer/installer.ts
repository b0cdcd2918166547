import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Archive, Archives } from './archives.ts';
import { installLine, installScript } from './script.ts';

/** Where a release keeps what it hands to probes: beside the programs. */
const usualFolder = fileURLToPath(new URL('../../../../dist/probe', import.meta.url));
const template = fileURLToPath(new URL('./install.sh', import.meta.url));

export interface InstallerParts {
  version: string;
  /** Known only when the port is open. */
  publicUrl(): string;
  /** Of the certificate that is shown there, where it vouches for itself. */
  pin(): string | undefined;
  /** Where the archives lie. */
  folder?: string | undefined;
}

/** What a machine needs to become a probe, handed out by Nester itself. Nothing of it is secret. */
export interface ProbeInstaller {
  /** The script; undefined when there is no archive that it could fetch. */
  script(): Promise<string | undefined>;
  /** An archive, by exactly that name. */
  archive(name: string): Promise<Archive | undefined>;
  /** The line to paste, with a code of a site; undefined when there is no archive. */
  line(code: string): Promise<string | undefined>;
}

export function openInstaller({ version, publicUrl, pin, folder = usualFolder }: InstallerParts): ProbeInstaller {
  const archives = new Archives(folder, version);
  // As a browser would write it: on one line.
  const source = () => ({ url: new URL(publicUrl()).href.replace(/\/+$/, ''), isSelfSigned: pin() !== undefined });
  let text: string | undefined;
  const script = async () => {
    const all = await archives.list();
    if (all.length === 0) return undefined;
    text ??= readFileSync(template, 'utf8');
    return installScript(text, source(), version, all);
  };
  return {
    script,
    archive: async name => (await archives.list()).find(archive => archive.name === name),
    async line(code) {
      const made = await script();
      return made === undefined ? undefined : installLine(made, source(), code);
    },
  };
}
