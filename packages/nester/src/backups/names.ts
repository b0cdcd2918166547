const pattern = /^aerie-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.tar\.gz$/;

/** The file name of a backup that holds the state of a moment: `aerie-20261122T101500Z.tar.gz`, to the second. */
export function backupName(at: number): string {
  return `aerie-${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z.tar.gz`;
}

/** The moment that a backup's name tells, in milliseconds since 1970, or undefined when it is no such name. */
export function momentOf(name: string): number | undefined {
  const [, year, month, day, hour, minute, second] = pattern.exec(name) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at) || backupName(at) !== name ? undefined : at;
}

/** What is not whole yet begins with this; whoever makes the next backup removes it. */
export const temporaryPrefix = '.aerie-part-';
