import * as z from 'zod';
import { commands } from './commands.ts';
import type { CommandSpec } from './spec.ts';
import { scopeFor, tokenScopes } from './tokens.ts';

/** An OpenAPI 3.1 description of the web door, derived from the table of commands. */
export function openApi(): Record<string, unknown> {
  const paths: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(commands) as [string, CommandSpec][]) {
    if (spec.live) continue;
    paths[`/api/${name}`] = {
      post: {
        operationId: name,
        tags: [name.split('.')[0]],
        summary: spec.summary,
        description: rightsFor(name, spec),
        ...securityFor(name, spec),
        requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(spec.input, 'input') } } },
        responses: {
          200: { description: 'Done.', content: { 'application/json': { schema: jsonSchema(spec.output, 'output') } } },
          default: { $ref: '#/components/responses/Error' },
        },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Aerie',
      version: '1',
      description:
        'Every command of Aerie over HTTP. Browsers log in with a cookie; other programs send Authorization: Bearer, with the token of a log-in or, for what only reads, with a token that an administrator made for them.',
    },
    security: [{ session: [] }, { cookie: [] }],
    paths: { ...paths, '/metrics': metricsPath },
    components: {
      securitySchemes: {
        session: { type: 'http', scheme: 'bearer', description: 'The token of a log-in (session.logIn): all that its user may do.' },
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'aerie_…',
          description: `A token of a program (token.create). It reads what its scopes name: ${tokenScopes.join(', ')}.`,
        },
        cookie: { type: 'apiKey', in: 'cookie', name: '__Host-aerie' },
      },
      responses: {
        Error: {
          description: 'What is wrong, and the mend.',
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['error'],
                properties: {
                  error: {
                    type: 'object',
                    required: ['code', 'message'],
                    properties: { code: { type: 'string' }, message: { type: 'string' }, params: { type: 'object' } },
                  },
                },
              },
            },
          },
        },
      },
    },
  };
}

const metricsPath = {
  get: {
    operationId: 'metrics',
    tags: ['metrics'],
    summary: 'Figures for Prometheus, in its text format.',
    description: 'With a token of scope `metrics`, or straight from the machine itself.',
    security: [{ token: ['metrics'] }, {}],
    responses: {
      200: { description: 'Done.', content: { 'text/plain': { schema: { type: 'string' } } } },
      default: { $ref: '#/components/responses/Error' },
    },
  },
};

/** Who may call it, in a sentence. */
function rightsFor(name: string, { role }: CommandSpec): string {
  const scope = scopeFor(name);
  return `Role: ${role}.${scope ? ` Tokens: scope ${scope}.` : ''}`;
}

function securityFor(name: string, { role }: CommandSpec): { security?: Record<string, string[]>[] } {
  if (role === 'anyone') return { security: [] };
  const scope = scopeFor(name);
  return scope ? { security: [{ session: [] }, { cookie: [] }, { token: [scope] }] } : {};
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
