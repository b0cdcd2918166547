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
<p>${html(operation.summary)} <small>${html(operation.description)}</small></p>
<p><code>${method} ${html(path)}</code></p>
${input ? `<h4>Input</h4>\n${fields(input)}` : ''}
<h4>Output</h4>
${output?.schema.properties ? fields(output.schema) : '<p>Text.</p>'}
</section>`;
}

/** The fields of an object, as a table. */
function fields({ properties = {}, required = [] }: Schema): string {
  const rows = Object.entries(properties).map(([name, schema]) => {
    const fallback = schema.default === undefined ? '' : `; ${JSON.stringify(schema.default)} unless given`;
    const needed = required.includes(name) ? '' : 'optional';
    return `<tr><td><code>${html(name)}</code></td><td>${html(needed + fallback)}</td><td><code>${html(shape(schema))}</code>${schema.description ? `<br>${html(schema.description)}` : ''}</td></tr>`;
  });
  return rows.length === 0 ? '<p>Nothing: <code>{}</code>.</p>' : `<table><tbody>${rows.join('\n')}</tbody></table>`;
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
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-top: 1px solid color-mix(in srgb, currentColor 12%, transparent); }
nav a { margin-right: .5rem; }
:target { outline: 2px solid #2a9d6f; outline-offset: 4px; }
`;
