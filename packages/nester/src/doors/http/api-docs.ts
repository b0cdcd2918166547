import { openApi, tokenReads } from '@aerie/contract';
import type { FastifyInstance } from 'fastify';
import { nonceOf } from './headers.ts';

/** What is read of the OpenAPI document. */
interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  requestBody?: { content: { 'application/json': { schema: Schema } } };
  responses: { 200: { content: Record<string, { schema: Schema }> } };
}

interface Schema {
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  additionalProperties?: unknown;
}

/** `GET /api/docs`: the OpenAPI document as one page to read. It needs no script and nothing from elsewhere. */
export function apiDocsRoute(server: FastifyInstance): void {
  let page: string | undefined;
  server.get('/api/docs', (_request, reply) => {
    page ??= apiPage();
    return reply.type('text/html; charset=utf-8').send(page.replace('__CSP_NONCE__', nonceOf(reply)));
  });
}

/** The page; made once, since the contract does not change while Nester runs. */
function apiPage(): string {
  const paths = openApi().paths as Record<string, Record<string, Operation>>;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const byTag = Map.groupBy(operations, ({ operation }) => operation.tags[0]!);
  const tags = [...byTag.keys()].sort();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>The API of Aerie</title>
<style nonce="__CSP_NONCE__">${style}</style>
</head>
<body>
<main>
<h1>The API of Aerie</h1>
<p>Every command is <code>POST /api/NAME</code> with JSON in and JSON out. The same as a machine reads it: <a href="/api/openapi.json">openapi.json</a>.</p>
<h2 id="tokens">Tokens</h2>
<p>A program reads with a token that an administrator made for it (Administration, or the command <code>token.create</code>), in the header and nowhere else:</p>
<pre>curl -X POST -H "Authorization: Bearer aerie_…" https://aerie.example/api/site.list</pre>
<table><thead><tr><th>scope</th><th>reads</th></tr></thead><tbody>
${Object.entries(tokenReads)
  .map(
    ([scope, names]) =>
      `<tr><td><code>${scope}</code></td><td>${names.length > 0 ? names.map(linkTo).join(', ') : linkTo('metrics')}</td></tr>`,
  )
  .join('\n')}
</tbody></table>
<p>An error answers <code>{"error": {"code", "message", "params"}}</code> with a fitting status: 401 for a token that is unknown, expired or revoked, 403 for one without the scope, 429 for too much.</p>
<nav aria-label="Commands"><h2>Commands</h2>
${tags
  .map(
    tag =>
      `<p><strong>${html(tag)}</strong> ${byTag
        .get(tag)!
        .map(({ operation }) => linkTo(operation.operationId))
        .join(' ')}</p>`,
  )
  .join('\n')}
</nav>
${tags.map(tag => `<h2 id="${html(tag)}">${html(tag)}</h2>\n${byTag.get(tag)!.map(section).join('\n')}`).join('\n')}
</main>
</body>
</html>
`;
}

function section({ path, method, operation }: { path: string; method: string; operation: Operation }): string {
  const input = operation.requestBody?.content['application/json'].schema;
  const [output] = Object.values(operation.responses[200].content);
  return `<section id="${html(operation.operationId)}">
<h3>${html(operation.operationId)}</h3>
<p>${prose(operation.summary)} <small>${prose(operation.description)}</small></p>
<p><code>${method} ${html(path)}</code></p>
${input ? `<h4>Input</h4>\n${fields(input)}` : ''}
<h4>Output</h4>
${output?.schema.properties ? fields(output.schema) : '<p>Text.</p>'}
</section>`;
}

/** The fields of an object, as a table; those of objects in it below them. */
function fields(schema: Schema): string {
  const rows = rowsOf(schema, '', 0);
  return rows.length === 0 ? '<p>Nothing: <code>{}</code>.</p>' : `<table><tbody>${rows.join('\n')}</tbody></table>`;
}

/** Deeper than this, an object is one line. */
const deepest = 2;

function rowsOf({ properties = {}, required = [] }: Schema, prefix: string, depth: number): string[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const remarks = [
      required.includes(name) ? '' : 'optional',
      schema.default === undefined ? '' : `${JSON.stringify(schema.default)} unless given`,
      schema.description ?? '',
    ];
    const inner = depth < deepest ? insideOf(schema) : undefined;
    const type = inner ? `${inner.isList ? 'list of objects' : 'object'}${inner.orNull ? ' | null' : ''}` : shape(schema);
    const remark = remarks.filter(Boolean).join('; ');
    const row = `<tr><td><code>${html(prefix + name)}</code></td><td><code>${html(type)}</code>${remark ? `<br>${prose(remark)}` : ''}</td></tr>`;
    return inner ? [row, ...rowsOf(inner.object, `${prefix}${name}${inner.isList ? '[]' : ''}.`, depth + 1)] : [row];
  });
}

/** The one object that a field holds, by itself, in a list, or else null; undefined where it is anything else. */
function insideOf(schema: Schema): { object: Schema; isList: boolean; orNull: boolean } | undefined {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    const others = choices.filter(({ type }) => type !== 'null');
    const inner = others.length === 1 ? insideOf(others[0]!) : undefined;
    return inner && { ...inner, orNull: others.length < choices.length };
  }
  if (schema.type === 'array' && schema.items?.properties) return { object: schema.items, isList: true, orNull: false };
  return schema.properties ? { object: schema, isList: false, orNull: false } : undefined;
}

/** A sentence of ours; what stands in backticks is code. */
function prose(text: string): string {
  return html(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

/** A schema in one line. */
function shape(schema: Schema): string {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(shape).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map(value => JSON.stringify(value)).join(' | ');
  if (schema.type === 'array') return `[${shape(schema.items ?? {})}]`;
  if (schema.type === 'object') {
    const required = new Set(schema.required);
    const named = Object.entries(schema.properties ?? {}).map(([name, one]) => `${name}${required.has(name) ? '' : '?'}: ${shape(one)}`);
    return `{${[...named, ...(schema.additionalProperties === false ? [] : ['…'])].join(', ')}}`;
  }
  return Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? 'any');
}

function linkTo(name: string): string {
  return `<a href="#${html(name)}">${html(name)}</a>`;
}

function html(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, sign => entities[sign]!);
}

const style = `
:root { color-scheme: light dark; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
section { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .5rem 0 1rem; }
h1, h2, h3, h4 { line-height: 1.25; margin: 1.25rem 0 .5rem; }
h4 { margin: .75rem 0 .25rem; font-size: .85rem; }
p { margin: .25rem 0 .5rem; }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
code { overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: .5rem; border: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
table { border-collapse: collapse; width: 100%; }
section { overflow-x: auto; }
td:first-child { white-space: nowrap; }
td:first-child code { overflow-wrap: normal; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-top: 1px solid color-mix(in srgb, currentColor 12%, transparent); }
nav a { margin-right: .5rem; }
:target { outline: 2px solid #2a9d6f; outline-offset: 4px; }
`;
