import { edit, emptyDraft, insert } from '../chat/line-editor.ts';
import { Failure } from '../failure.ts';
import type { Keyboard } from '../screen/keyboard.ts';
import type { Key } from '../screen/keys.ts';

/** Asks for a line on the terminal. What is typed for a `secret` is not shown. Rejects when the person gives up. */
export function ask(keyboard: Keyboard, question: string, { secret = false } = {}): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const out = process.stderr;
  let draft = emptyDraft;
  const show = () => !secret && out.write(`\r\u001b[K${question}${draft.text}`);
  const over = () => {
    end();
    out.write('\r\n');
  };
  const giveUp = () => {
    over();
    reject(new Failure('login.cancelled'));
  };
  const take = (key: Key) => {
    // Enter that was typed before the terminal was in raw mode comes as the end of a line.
    if (key.kind === 'key' && (key.name === 'enter' || key.name === 'ctrl-j')) {
      over();
      resolve(draft.text);
    } else if (key.kind === 'key' && (key.name === 'ctrl-c' || key.name === 'ctrl-d')) giveUp();
    else {
      const next = key.kind === 'key' ? edit(draft, key.name) : insert(draft, key.text.replaceAll('\n', ' '));
      // The cursor stays at the end: a line this short is corrected from there.
      if (next) draft = { text: next.text, cursor: next.text.length };
      show();
    }
  };
  out.write(question);
  const end = keyboard.read(take, giveUp);
  return promise;
}
