import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Finding, good, note, wrong } from '../finding.ts';
import type { Layout } from './layout.ts';

/** Debian's releases that the installer is made for. */
const supported = { first: 11, last: 13 };

/** What this machine runs. */
export function checkSystem(layout: Layout): Finding[] {
  if (!existsSync(layout.osRelease)) return [];
  const { ID: id = '', VERSION_ID: version = '', PRETTY_NAME: name = id } = readOsRelease(readFileSync(layout.osRelease, 'utf8'));
  const major = Number.parseInt(version, 10);
  if (id === 'debian' && major >= supported.first && major <= supported.last) return [good(name)];
  if (id === 'debian' && major < supported.first)
    return [wrong(`${name} gets no more security updates`, 'Bring the system to Debian 12 or 13.')];
  return [
    note(`${name || 'This system'} is not one that Aerie is tried on`, `It is tried on Debian ${supported.first} to ${supported.last}.`),
  ];
}

/** Whether the program that asks is the one that the service runs. */
export function checkRelease(layout: Layout, root: string = fileURLToPath(new URL('../../../../../', import.meta.url))): Finding[] {
  if (!existsSync(layout.current)) return [note(`${layout.current} is not there`, 'The installer makes it: docs/operations/en/debian.md.')];
  const current = realpathSync(layout.current);
  if (realpathSync(root) !== current)
    return [
      note(
        `This is the program in ${realpathSync(root)}; the service runs ${current}`,
        `${join(layout.current, 'node_modules/.bin/nester')} doctor`,
      ),
    ];
  return [good(`${current} is in use`)];
}

/** The steps that a database has gone through against those that this program knows. */
export function checkSchema(applied: readonly string[], known: readonly string[]): Finding[] {
  if (applied.length === 0) return [];
  const newer = applied.filter(name => !known.includes(name));
  if (newer.length > 0)
    return [
      wrong(
        `The database was made by a newer version: ${newer.join(', ')}`,
        'Install that version or a newer one, or restore a backup of before: docs/operations/en/upgrade.md.',
      ),
    ];
  const missing = known.filter(name => !applied.includes(name));
  if (missing.length > 0)
    return [
      note(
        `The database is of an older version: ${missing.join(', ')} is to come`,
        'Nester brings it up to date when it starts: systemctl restart nester',
      ),
    ];
  return [good(`The database is at ${known.at(-1)}`)];
}

/** /etc/os-release, whose values may be quoted. */
function readOsRelease(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^([A-Z_]+)=(?:"([^"\n]*)"|(.*))$/gm)].map(([, name, quoted, plain]) => [name!, quoted ?? plain ?? '']),
  );
}
