import { graphemes } from '../text/width.ts';

/** A text that is being written, and where in it. The cursor counts as JavaScript counts, and never stands inside a letter. */
export interface Draft {
  readonly text: string;
  readonly cursor: number;
}

export const emptyDraft: Draft = { text: '', cursor: 0 };

/** A draft with the cursor at its end. */
export function draftOf(text: string): Draft {
  return { text, cursor: text.length };
}

/** The draft with a text put in at the cursor. */
export function insert({ text, cursor }: Draft, piece: string): Draft {
  return { text: text.slice(0, cursor) + piece + text.slice(cursor), cursor: cursor + piece.length };
}

/** What each key does to a draft, as in a shell. */
const edits: Record<string, (draft: Draft) => Draft> = {
  left: draft => ({ ...draft, cursor: previous(draft) }),
  right: draft => ({ ...draft, cursor: next(draft) }),
  home: draft => ({ ...draft, cursor: 0 }),
  end: draft => ({ ...draft, cursor: draft.text.length }),
  backspace: draft => cut(draft, previous(draft), draft.cursor),
  delete: draft => cut(draft, draft.cursor, next(draft)),
  'alt-b': draft => ({ ...draft, cursor: wordStart(draft) }),
  'alt-f': draft => ({ ...draft, cursor: wordEnd(draft) }),
  'alt-d': draft => cut(draft, draft.cursor, wordEnd(draft)),
  'ctrl-w': draft => cut(draft, wordStart(draft), draft.cursor),
  'ctrl-k': draft => cut(draft, draft.cursor, draft.text.length),
  'ctrl-u': draft => cut(draft, 0, draft.cursor),
  'ctrl-j': draft => insert(draft, '\n'),
};
const sameAs: Record<string, string> = {
  'ctrl-a': 'home',
  'ctrl-b': 'left',
  'ctrl-d': 'delete',
  'ctrl-e': 'end',
  'ctrl-f': 'right',
  'ctrl-left': 'alt-b',
  'alt-left': 'alt-b',
  'ctrl-right': 'alt-f',
  'alt-right': 'alt-f',
  'alt-backspace': 'ctrl-w',
  'alt-enter': 'ctrl-j',
};

/** The draft after a key of editing; undefined when the key is none. */
export function edit(draft: Draft, key: string): Draft | undefined {
  return edits[sameAs[key] ?? key]?.(draft);
}

function cut({ text }: Draft, from: number, to: number): Draft {
  return { text: text.slice(0, from) + text.slice(to), cursor: from };
}

function previous({ text, cursor }: Draft): number {
  return cursor - (graphemes(text.slice(0, cursor)).at(-1)?.length ?? 0);
}

function next({ text, cursor }: Draft): number {
  return cursor + (graphemes(text.slice(cursor))[0]?.length ?? 0);
}

function wordStart({ text, cursor }: Draft): number {
  return /\S*\s*$/.exec(text.slice(0, cursor))!.index;
}

function wordEnd({ text, cursor }: Draft): number {
  return cursor + /^\s*\S*/.exec(text.slice(cursor))![0].length;
}
