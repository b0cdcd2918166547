import { plain } from '../text/plain.ts';

/** What a person did at the keyboard. Names are such as `enter`, `alt-up`, `ctrl-a`. */
export type Key =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'paste'; readonly text: string }
  | { readonly kind: 'key'; readonly name: string };

const esc = '\u001b';
const pasteEnd = `${esc}[201~`;

/** Last letters of CSI and SS3 sequences. */
const letters: Record<string, string> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  I: 'focus',
  M: 'enter',
  O: 'blur',
  Z: 'shift-tab',
};
/** First numbers of CSI sequences that end in `~`. */
const numbers: Record<string, string> = { 1: 'home', 3: 'delete', 4: 'end', 5: 'pageup', 6: 'pagedown', 7: 'home', 8: 'end', 200: 'paste' };
/** The second number: what is held. */
const modifiers: Record<string, string> = { 2: 'shift-', 3: 'alt-', 4: 'alt-', 5: 'ctrl-', 6: 'ctrl-', 7: 'alt-' };
const controls: Record<string, string> = { '\r': 'enter', '\n': 'ctrl-j', '\t': 'tab', '\b': 'backspace', '\u007f': 'backspace' };

const csi = new RegExp(`^${esc}\\[([0-?]*)[ -/]*([@-~])`);

/** Makes keys of what a terminal sends, however it is cut into pieces. */
export class KeyDecoder {
  #rest = '';
  #pasted: string | undefined;

  /** The keys that a piece completes. */
  push(piece: string): Key[] {
    this.#rest += piece;
    const keys: Key[] = [];
    while (this.#rest !== '') {
      const before = this.#rest;
      const key = this.#pasted === undefined ? this.#next() : this.#paste();
      if (key) keys.push(key);
      else if (this.#rest === before) break;
    }
    return keys;
  }

  /** Whether something is held that may be the beginning of a sequence, or the Escape key alone. */
  get waits(): boolean {
    return this.#rest !== '' && this.#pasted === undefined;
  }

  /** Nothing more came: what is held was Escape, or nothing that is known. */
  flush(): Key[] {
    const key: Key[] = this.waits && this.#rest === esc ? [{ kind: 'key', name: 'escape' }] : [];
    if (this.waits) this.#rest = '';
    return key;
  }

  #next(): Key | undefined {
    const first = this.#rest[0]!;
    if (first === esc) return this.#escape();
    if (first < ' ' || first === '\u007f') {
      this.#rest = this.#rest.slice(1);
      return named(controlName(first));
    }
    const text = /^\P{Cc}+/u.exec(this.#rest)?.[0];
    this.#rest = this.#rest.slice(text?.length ?? 1);
    return text === undefined ? undefined : { kind: 'text', text };
  }

  #escape(): Key | undefined {
    if (this.#rest.length === 1) return undefined;
    const second = this.#rest[1]!;
    if (second === '[') {
      const [whole, parameters = '', last = ''] = csi.exec(this.#rest) ?? [];
      if (whole === undefined) return this.#unfinished();
      this.#rest = this.#rest.slice(whole.length);
      return this.#sequence(parameters, last);
    }
    if (second === 'O') {
      if (this.#rest.length === 2) return undefined;
      const name = letters[this.#rest[2]!];
      this.#rest = this.#rest.slice(3);
      return name === undefined ? undefined : named(name);
    }
    // Escape twice: the first was alone.
    if (second === esc) {
      this.#rest = this.#rest.slice(1);
      return named('escape');
    }
    const held = String.fromCodePoint(this.#rest.codePointAt(1)!);
    this.#rest = this.#rest.slice(1 + held.length);
    return named(`alt-${held < ' ' || held === '\u007f' ? controlName(held) : held}`);
  }

  /** A sequence of which the end has not come; one that cannot have an end any more is dropped. */
  #unfinished(): undefined {
    if (!/^..[0-?]*[ -/]*$/s.test(this.#rest)) this.#rest = this.#rest.slice(2);
    return undefined;
  }

  #sequence(parameters: string, last: string): Key | undefined {
    const [first = '', second = ''] = parameters.split(';');
    const name = last === '~' ? numbers[first] : letters[last];
    if (name === 'paste') {
      this.#pasted = '';
      return undefined;
    }
    return name === undefined ? undefined : named(`${modifiers[second] ?? ''}${name}`);
  }

  #paste(): Key | undefined {
    const text = this.#pasted + this.#rest;
    const end = text.indexOf(pasteEnd);
    if (end < 0) {
      this.#pasted = text;
      this.#rest = '';
      return undefined;
    }
    this.#pasted = undefined;
    this.#rest = text.slice(end + pasteEnd.length);
    return { kind: 'paste', text: plain(text.slice(0, end)).replace(/\n$/, '') };
  }
}

function named(name: string): Key {
  return { kind: 'key', name };
}

function controlName(control: string): string {
  return controls[control] ?? `ctrl-${String.fromCharCode(control.charCodeAt(0) + 0x60)}`;
}
