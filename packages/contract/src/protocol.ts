import * as z from 'zod';
import { commands } from './commands.ts';
import { errorCatalogue } from './errors.ts';
import { events } from './events.ts';
import { limits } from './limits.ts';
import type { CommandSpec, EventSpec } from './spec.ts';

interface JsonSchema {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  enum?: unknown[];
  const?: unknown;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  description?: string;
  default?: unknown;
  maxLength?: number;
  additionalProperties?: unknown;
}

/** The whole of docs/protocol.md, derived from the tables, so that it cannot tell anything else than the code. */
export function protocolDocument(): string {
  return [intro, ...commandSections(), ...eventSections(), errorSection()].join('\n');
}

const intro = `# The protocol

<!-- Made by \`npm run docs\` from packages/contract. Do not edit. -->

## Frames

A frame is one JSON object. On TCP (port 12345, and inside TLS) a frame is a line that ends with \`\\n\`. On the WebSocket
(\`/api/ws\`) a text message holds one or more such lines. Over HTTP the same commands are \`POST /api/<command>\` with the
input as JSON body, except those marked *live*.

\`\`\`
-> {"id":1,"do":"message.send","input":{"channelId":"…","content":"Bonjour","nonce":"k1"}}
<- {"id":1,"ok":{"messageId":"…","seq":12,"createdAt":1795302000000}}
<- {"id":1,"error":{"code":"not_found","message":"…","params":{}}}
<- {"seq":12,"event":"message.created","message":{…}}
\`\`\`

- \`id\` is the client's own whole number; the answer carries it. One connection's commands run in the order they came.
- A frame is at most ${limits.frameBytes} bytes and nests at most ${limits.frameDepth} deep.
- On TCP the first line decides the dialect: an object with \`type\` begins the old Classcord wire, one with \`do\` these frames.
- Log in with \`session.logIn\`, or with a token through \`session.resume\`; a browser's WebSocket is logged in by its cookie.

## The log

Logged events carry \`seq\`. On one connection they come in order of seq, none twice; gaps are normal. Ask \`log.resume\`
without arguments for a snapshot, or with \`{epoch, after}\` for what was missed; while the answer says \`more\`, ask again
with \`after\` set to its \`seq\`. When \`more\` is false, or with a snapshot, the connection is live from that \`seq\` on.
Replayed events show what *is* now, filtered by today's rights. The epoch changes when a backup is restored.

With \`brief: true\`, a message that was just said comes as \`{"seq":12,"said":[messageId, channelId, authorId, authorName, content,
createdAt, nonce]}\`, the nonce only where there is one: a third fewer bytes for what is sent most. One that has more to it (whom it
names, a card) comes in its full form, as pages of missed events always do.

A client that does not read: past 64 KiB waiting, typing and presence are dropped; past 1 MiB it gets one \`log.gap\`, then
nothing more until it asks \`log.resume\` again, and it is closed when it has not drained after 30 s.

## Exports

\`GET /api/export/users\`, \`/api/export/messages\` and \`/api/export/audit\` answer a file of all records, for administrators:
\`format\` (\`csv\` or \`json\`), \`language\` of the headings (\`en\` or \`fr\`), \`bom=1\` for Excel, and, as of the commands, \`channelId\`, \`from\`
and \`to\` (milliseconds). In CSV, an apostrophe stands before what a spreadsheet would take for a formula.
`;

function commandSections(): string[] {
  const lines = ['## Commands', ''];
  for (const [name, spec] of Object.entries(commands) as [string, CommandSpec][]) {
    const marks = [
      `role: ${spec.role}`,
      spec.guests ? 'guests too' : '',
      spec.live ? 'live' : '',
      spec.reads ? 'reads only' : '',
      spec.pipelined ? 'pipelined' : '',
    ].filter(Boolean);
    lines.push(`### ${name}`, '', `${spec.summary} *(${marks.join(', ')})*`, '', '```');
    lines.push(`input  ${shape(schemaOf(spec.input, 'input'))}`, `output ${shape(schemaOf(spec.output, 'output'))}`, '```', '');
  }
  return lines;
}

function eventSections(): string[] {
  const lines = ['## Events', '', '| event | logged | what happened | fields |', '|---|---|---|---|'];
  for (const [name, spec] of Object.entries(events) as [string, EventSpec][]) {
    lines.push(
      `| \`${name}\` | ${spec.logged ? 'yes' : 'no'} | ${spec.summary} | \`${shape(schemaOf(spec.body, 'output')).replaceAll('|', '\\|')}\` |`,
    );
  }
  return [...lines, ''];
}

function errorSection(): string {
  const rows = Object.entries(errorCatalogue).map(([code, entry]) => `| \`${code}\` | ${entry.status} | ${entry.en} |`);
  return ['## Errors', '', '| code | HTTP status | sentence |', '|---|---|---|', ...rows, ''].join('\n');
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema;
}

/** A schema in one line: `{name, role?: admin | member, limit = 50}`. */
function shape(schema: JsonSchema): string {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(shape).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map(value => JSON.stringify(value)).join(' | ');
  if (schema.type === 'array') return `[${shape(schema.items ?? {})}]`;
  if (schema.type === 'object') {
    const required = new Set(schema.required);
    const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => {
      const mark = required.has(name) ? '' : '?';
      const fallback = field.default === undefined ? '' : ` = ${JSON.stringify(field.default)}`;
      return `${name}${mark}: ${shape(field)}${fallback}`;
    });
    if (schema.additionalProperties !== false) fields.push('…');
    return `{${fields.join(', ')}}`;
  }
  return Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? 'any');
}
