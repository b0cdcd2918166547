/**
 * What this browser keeps between visits. A browser may refuse (private mode, a full disk): then it is
 * simply not kept, and nothing else breaks.
 */
export interface Kept {
  read(key: string): string | undefined;
  write(key: string, value: string | undefined): void;
}

/** Keeps values under `aerie.` in a browser's storage. */
export function keptIn(storage: () => Storage): Kept {
  return {
    read: key => {
      try {
        return storage().getItem(`aerie.${key}`) ?? undefined;
      } catch {
        return undefined;
      }
    },
    write: (key, value) => {
      try {
        if (value === undefined) storage().removeItem(`aerie.${key}`);
        else storage().setItem(`aerie.${key}`, value);
      } catch {
        // Not kept.
      }
    },
  };
}

/** This browser's own. */
export const kept = keptIn(() => window.localStorage);
