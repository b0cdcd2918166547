import { expect, it } from 'vitest';
import { readConfig } from '../../config.ts';
import { httpDoor } from './server.ts';

it('tells clients of what is unexpected only a reference, and the log the rest', async () => {
  const logged: unknown[] = [];
  const nothing = () => undefined;
  const { server } = await httpDoor({
    config: readConfig({}, {}),
    log: { info: nothing, warning: nothing, error: (area, _sentence, fields) => logged.push({ area, ...fields }) },
    dispatch: undefined as never,
    now: () => 0,
    reports: undefined as never,
    tokens: undefined as never,
    metrics: undefined as never,
    installer: undefined as never,
    authenticate: async () => {
      throw new Error('connect ECONNREFUSED db.internal:5432');
    },
    publicUrl: () => 'http://localhost:3000',
    health: async () => 'the store does not answer',
    tls: undefined,
  });
  const headers = { authorization: 'Bearer 12345678' };
  const answer = await server.inject({ method: 'POST', url: '/api/session.show?secret', headers, payload: {} });
  expect(answer.statusCode).toBe(500);
  expect(answer.body).not.toContain('db.internal');
  const { ref } = answer.json().error.params;
  expect(logged).toEqual([{ area: 'HTTP', ref, path: '/api/session.show', error: expect.stringContaining('db.internal') }]);
  expect((await server.inject('/healthz')).json()).toEqual({ status: 'failing', reason: 'the store does not answer' });
  await server.close();
});
