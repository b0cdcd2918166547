import type { Key, Params } from './words/words.ts';

/** What a command ends with when it cannot do its work: what is wrong and the mend, said in the reader's language. */
export class Failure extends Error {
  readonly key: Key;
  readonly params: Params;

  constructor(key: Key, params: Params = {}) {
    super(key);
    this.key = key;
    this.params = params;
  }
}

/** The command line itself is wrong. */
export class WrongUsage extends Failure {}
