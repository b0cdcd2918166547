import type { messageHtml } from './markdown.ts';

let loaded: typeof messageHtml | undefined;
let asked = false;
const listeners = new Set<() => void>();

/** Loads the part that draws Markdown, once, and tells when it is there. It is a third of the conversation's code and comes beside it. */
export function loadMarkdown(listener: () => void): () => void {
  listeners.add(listener);
  if (!asked) {
    asked = true;
    import('./markdown.ts').then(
      module => {
        loaded = module.messageHtml;
        for (const each of [...listeners]) each();
      },
      () => {
        // Messages stay plain; the next one drawn tries again.
        asked = false;
      },
    );
  }
  return () => listeners.delete(listener);
}

/** What makes a message's HTML, as soon as it is loaded. */
export function markdownHtml(): typeof messageHtml | undefined {
  return loaded;
}
