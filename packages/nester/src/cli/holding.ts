import { keyName, type Manifest } from '../backups/manifest.ts';
import { say } from './say.ts';
import { shownLines } from './table.ts';

/** Says what a backup holds. */
export function sayHolding({ at, version, database, schema, head, counts, files, leftOut }: Manifest, bytes: number): void {
  const { users, messages, devices, incidents } = counts;
  const kind = database === 'sqlite' ? 'SQLite' : 'PostgreSQL';
  const besides = files.filter(({ path }) => path.includes('/')).length;
  say(`  state of ${at}, ${(bytes / 1024 / 1024).toFixed(1)} MB, made by ${shownLines(version)}`);
  say(
    `  ${kind}, schema ${shownLines(schema)}, event ${head.seq}: ${users} users, ${messages} messages, ${devices} devices, ${incidents} incidents`,
  );
  say(`  ${besides} files besides${files.some(({ path }) => path === keyName) ? ', and the key of secrets' : ''}`);
  for (const { path, because } of leftOut.slice(0, 10)) say(`  left out: ${shownLines(JSON.stringify(path))}, ${shownLines(because)}`);
  if (leftOut.length > 10) say(`  left out: ${leftOut.length - 10} more`);
}
