import DOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';

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

const policy = {
  ALLOWED_TAGS: ['p', 'br', 'strong', 'em', 's', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a'],
  ALLOWED_ATTR: ['href', 'start'],
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:)/i,
  RETURN_TRUSTED_TYPE: false,
} as const;

const rendered = new Map<string, string>();
const renderedMost = 2_000;
let prepared = false;

/** The HTML of a message, safe to be put on the page: of it only a short list of elements is left, and links open apart. */
export function messageHtml(text: string): string {
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
  const known = rendered.get(text);
  if (known !== undefined) return known;
  const html = DOMPurify.sanitize(markdown.render(text), {
    ...policy,
    ALLOWED_TAGS: [...policy.ALLOWED_TAGS],
    ALLOWED_ATTR: [...policy.ALLOWED_ATTR],
  });
  if (rendered.size >= renderedMost) rendered.delete(rendered.keys().next().value!);
  rendered.set(text, html);
  return html;
}
