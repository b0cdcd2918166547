/** What one check of an installation found. `mend` says what to do about it. */
export interface Finding {
  /** What it is about; findings of a topic stand together. */
  topic?: string;
  level: 'good' | 'note' | 'wrong';
  says: string;
  mend?: string;
}

export const good = (says: string): Finding => ({ level: 'good', says });
/** Nothing is broken, but somebody should know. */
export const note = (says: string, mend?: string): Finding => ({ level: 'note', says, mend });
export const wrong = (says: string, mend: string): Finding => ({ level: 'wrong', says, mend });
/** What could not be looked at, since it is root's. */
export const forRoot = (what: string): Finding => note(`${what} cannot be looked at by this user`, 'Run "sudo nester doctor".');
