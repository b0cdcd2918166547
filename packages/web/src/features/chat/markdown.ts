import DOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';
import { type Named, stretches } from './mentions.ts';

/**
 * Messages as people write them: emphasis, code, lists, quotes, links. No headings (a message is not a document),
 * no images (nothing is fetched from elsewhere), no HTML.
 */
const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true, typographer: false }).disable([
  'heading',
  'lheading',
  'image',
  'hr',
  'table',
  'reference',
  'html_block',
  'html_inline',
]);
// Only what says that it is an address becomes a link: "server.py" and "notes.md" stay words.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
markdown.validateLink = url => /^(?:https?:\/\/|mailto:)/i.test(url.trim());

// Names of people stand apart, in text only: not in code, not in the words of a link.
markdown.core.ruler.push('mentions', state => {
  const { named } = state.env as { named: readonly Named[] };
  if (named.length === 0) return;
  for (const block of state.tokens) {
    let links = 0;
    block.children =
      block.children?.flatMap(token => {
        if (token.type === 'link_open') links++;
        if (token.type === 'link_close') links--;
        if (token.type !== 'text' || links > 0 || !token.content.includes('@')) return [token];
        return stretches(token.content, named).map(({ text, named: who }) => {
          const piece = new state.Token(who ? 'mention' : 'text', '', 0);
          piece.content = text;
          piece.level = token.level;
          piece.meta = who ? { ...who } : null;
          return piece;
        });
      }) ?? null;
  }
});
markdown.renderer.rules.mention = (tokens, index) => {
  const { content, meta } = tokens[index]!;
  return `<mark${meta?.isMe ? ' data-me=""' : ''}>${markdown.utils.escapeHtml(content)}</mark>`;
};

const policy = {
  ALLOWED_TAGS: ['p', 'br', 'strong', 'em', 's', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a', 'mark'],
  ALLOWED_ATTR: ['href', 'start', 'data-me'],
  ALLOW_DATA_ATTR: false,
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:)/i,
  RETURN_TRUSTED_TYPE: false,
} as const;

const rendered = new Map<string, string>();
const renderedMost = 2_000;
let prepared = false;

const nobody: readonly Named[] = [];

/**
 * The HTML of a message, safe to be put on the page: of it only a short list of elements is left, links open apart,
 * and the names of those whom it names are marked.
 */
export function messageHtml(text: string, named: readonly Named[] = nobody): string {
  if (!prepared) {
    prepared = true;
    DOMPurify.addHook('afterSanitizeAttributes', node => {
      // What scrolls sideways must be reachable with the keyboard.
      if (node.tagName === 'PRE') node.setAttribute('tabindex', '0');
      if (node.tagName !== 'A') return;
      node.setAttribute('target', '_blank');
      node.setAttribute('rel', 'noopener noreferrer nofollow');
    });
  }
  const key = named.length === 0 ? text : JSON.stringify([text, named]);
  const known = rendered.get(key);
  if (known !== undefined) return known;
  const html = DOMPurify.sanitize(markdown.render(text, { named }), {
    ...policy,
    ALLOWED_TAGS: [...policy.ALLOWED_TAGS],
    ALLOWED_ATTR: [...policy.ALLOWED_ATTR],
  });
  if (rendered.size >= renderedMost) rendered.delete(rendered.keys().next().value!);
  rendered.set(key, html);
  return html;
}
