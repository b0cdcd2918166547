import * as z from 'zod';
import { commands } from './commands.ts';
import type { CommandSpec } from './spec.ts';

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
        description: `Role: ${spec.role}.`,
        ...(spec.role === 'anyone' ? { security: [] } : {}),
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
      description: 'Every command of Aerie over HTTP. Browsers log in with a cookie; other programs send Authorization: Bearer.',
    },
    security: [{ bearer: [] }, { cookie: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, cookie: { type: 'apiKey', in: 'cookie', name: '__Host-aerie' } },
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

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
