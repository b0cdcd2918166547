const causes: Record<string, string> = {
  EACCES: 'you have no right to it',
  EISDIR: 'it is a folder',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is a file',
  EROFS: 'its file system is read-only',
};

/** Why a file could not be used, in words. */
export function causeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return causes[code ?? ''] ?? code ?? message;
}
