// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { messageHtml } from './markdown.ts';

/** What a browser makes of a message. */
function page(text: string): HTMLElement {
  const element = document.createElement('div');
  element.innerHTML = messageHtml(text);
  return element;
}

const hostile = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)><animate onbegin=alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](java&#x09;script:alert(1))',
  '[x](data:text/html;base64,PHNjcmlwdD4=)',
  '[x](vbscript:msgbox)',
  '[x](file:///etc/passwd)',
  '[x](//evil.example/x)',
  '[x](/api/session.logOut)',
  '![x](https://evil.example/track.png)',
  '![x](x "onerror=alert(1)")',
  '[x](https://a.example/"onmouseover="alert(1))',
  '[x](https://a.example "t" onclick=alert(1))',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>',
  '<form action=//evil.example><input name=password>',
  '<style>*{display:none}</style>',
  '`<img src=x onerror=alert(1)>`',
  '```html" onmouseover="alert(1)\n<script>alert(1)</script>\n```',
  '[r]\n\n[r]: javascript:alert(1)',
  '<https://a.example/<script>>',
  '\u0000<scr\u0000ipt>alert(1)</script>',
  '<!--<img src=x onerror=alert(1)>-->',
  '[<img src=x onerror=alert(1)>](https://a.example)',
  '<div id=root style="position:fixed;inset:0">',
];

test.each(hostile)('nothing runs, loads or covers the page: %s', text => {
  const element = page(text);
  expect(element.querySelector('script,img,svg,iframe,math,style,form,input,object,embed,link,meta,div,table')).toBeNull();
  for (const node of element.querySelectorAll('*')) {
    for (const { name } of node.attributes) expect(['href', 'target', 'rel', 'start', 'tabindex']).toContain(name);
    const href = node.getAttribute('href');
    if (href !== null) expect(href).toMatch(/^(?:https?:\/\/|mailto:)/i);
  }
});

test('what looks like HTML is shown as it was typed', () => {
  expect(page('a <b>bold</b> word').textContent?.trim()).toBe('a <b>bold</b> word');
});

test('links open apart, and do not tell the other page where from', () => {
  const link = page('see https://example.com/a?b=c and [that](https://example.org)').querySelectorAll('a');
  expect(link).toHaveLength(2);
  for (const each of link) {
    expect(each.target).toBe('_blank');
    expect(each.rel).toContain('noopener');
    expect(each.rel).toContain('noreferrer');
  }
});

test('those whom a message names are marked, oneself apart; not in code, nor in the words of a link', () => {
  const named = [
    { name: 'Ada', isMe: true },
    { name: 'Bo <b>', isMe: false },
  ];
  const element = document.createElement('div');
  element.innerHTML = messageHtml('**@Ada** and @ada, `@Ada`, [@Ada](https://example.org)\n\n```\n@Ada\n```', named);
  const marks = [...element.querySelectorAll('mark')];
  expect(marks.map(mark => mark.textContent)).toEqual(['@Ada', '@ada']);
  expect(marks.every(mark => mark.hasAttribute('data-me'))).toBe(true);
  expect(page('@Ada').querySelector('mark')).toBeNull();
  element.innerHTML = messageHtml('@Bo <img src=x onerror=alert(1)>', named);
  expect(element.querySelector('img')).toBeNull();
});

test('names of files and hosts without a scheme stay words', () => {
  expect(page('server.py, notes.md and example.com').querySelector('a')).toBeNull();
});

test('emphasis, code, lists, quotes and line breaks work; headings and tables stay text', () => {
  expect(page('**a** _b_ ~~c~~ `d`').querySelectorAll('strong, em, s, code')).toHaveLength(4);
  expect(page('- a\n- b').querySelectorAll('li')).toHaveLength(2);
  expect(page('> a').querySelector('blockquote')).not.toBeNull();
  expect(page('```\nx < y\n```').querySelector('pre')?.textContent).toBe('x < y\n');
  expect(page('one\ntwo').querySelector('br')).not.toBeNull();
  expect(page('# not a heading').textContent?.trim()).toBe('# not a heading');
});

test('a very long or deeply nested message is drawn in reasonable time', () => {
  const began = performance.now();
  page('> '.repeat(4_000));
  page('['.repeat(8_000));
  page('*a '.repeat(5_000));
  expect(performance.now() - began).toBeLessThan(3_000);
});
