import { Parser } from 'pickleparser';
import * as z from 'zod';
import { PickleReader } from './pickle-reader.ts';
import { longestName, oldPassword, type Source, SourceFault, shown } from './source.ts';

/** Far more than the accounts that one import takes. */
const mostBytes = 8 * 1024 * 1024;

const dictionary = z.map(z.unknown(), z.unknown());

/**
 * The accounts of a users.pkl: a dictionary of names and passwords, pickle protocols 0 to 5. Nothing in it is executed:
 * what a pickle would import or call becomes a `Foreign`, which does nothing. What is no text is refused, row by row.
 * @throws SourceFault when it is no pickle of a dictionary
 */
export function readUsersPickle(file: string, bytes: Uint8Array): Source {
  if (bytes.length > mostBytes) throw new SourceFault(`${file} is too large: a users.pkl has at most ${mostBytes / 1024 / 1024} MiB.`);
  const value = unpickled(file, bytes);
  const entries = dictionary.safeParse(value);
  if (!entries.success) throw new SourceFault(`${file} is no dictionary of names and passwords: it is ${kindOf(value)}.`);
  const source: Source = { file, users: [], messages: [], refused: [], localTimes: 0 };
  let entry = 0;
  for (const [name, password] of entries.data) {
    entry += 1;
    const row = typeof name === 'string' ? `entry ${entry} ${shown(name)}` : `entry ${entry}`;
    const refuse = (reason: string) => source.refused.push({ what: 'accounts', row, reason });
    if (typeof name !== 'string') refuse(`The name is ${kindOf(name)}, not a text.`);
    else if (name.length > longestName) refuse(`The name is longer than ${longestName} characters.`);
    else if (typeof password !== 'string' && password !== null) refuse(`The password is ${kindOf(password)}, not a text.`);
    else source.users.push({ row, name, password: oldPassword(password), createdAt: undefined });
  }
  return source;
}

function unpickled(file: string, bytes: Uint8Array): unknown {
  const parser = new Parser({
    unpicklingTypeOfDictionary: 'Map',
    unpicklingTypeOfSet: 'Set',
    nameResolver: { resolve: (module, name) => inert(`${textOf(module)}.${textOf(name)}`) },
    persistentResolver: { resolve: () => new Foreign('an object kept elsewhere') },
    extensionResolver: { resolve: () => inert('an extension') },
  });
  try {
    return parser.read(new PickleReader(bytes));
  } catch (error) {
    throw new SourceFault(`${file} is neither a pickle nor a SQLite database: ${shown((error as Error).message)}.`);
  }
}

/** Stands for what a pickle wanted made or called: it has a name, takes whatever it is given, and does nothing. */
class Foreign {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  static nameOf(value: object): string | undefined {
    return #name in value ? value.#name : undefined;
  }

  __setstate__(): void {}
  set(): void {}
  push(): void {}
  add(): void {}
}

/** Of a module's name in a pickle: called or constructed, it makes a `Foreign`. */
function inert(name: string): () => Foreign {
  return function made() {
    return new Foreign(name);
  };
}

function textOf(part: unknown): string {
  return typeof part === 'string' ? part : '?';
}

/** What a value of a pickle is, in words. */
function kindOf(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'boolean') return 'True or False';
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number';
  if (typeof value === 'function') return 'a piece of a Python program';
  if (value instanceof Map) return 'a dictionary';
  if (Array.isArray(value) || value instanceof Set) return 'a list';
  if (value instanceof Uint8Array) return 'bytes';
  const name = typeof value === 'object' ? Foreign.nameOf(value) : undefined;
  return name === undefined ? 'something else' : `what ${shown(name)} would make (it was not run)`;
}
