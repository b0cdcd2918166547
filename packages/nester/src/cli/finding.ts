/** What one check of an installation found. `mend` says what to do about it. */
export interface Finding {
  level: 'good' | 'note' | 'wrong';
  says: string;
  mend?: string;
}

export const good = (says: string): Finding => ({ level: 'good', says });
/** Nothing is broken, but somebody should know. */
export const note = (says: string, mend?: string): Finding => ({ level: 'note', says, mend });
export const wrong = (says: string, mend: string): Finding => ({ level: 'wrong', says, mend });
