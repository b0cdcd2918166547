import { AppError } from '@aerie/contract';
import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { type ReportUpload, reportRoute } from './probe.ts';

const headers = { 'aerie-probe': 'p1', 'aerie-time': '12', 'aerie-signature': 's', 'content-type': 'application/json' };

/** A server with nothing but the route, and what reached the room behind it. */
function door(answer: (upload: ReportUpload) => { reportId: string; accepted: boolean } = () => ({ reportId: 'r', accepted: true })) {
  const uploads: ReportUpload[] = [];
  const server = Fastify();
  server.setErrorHandler((error, _request, reply) => {
    const { code, params, status } = error instanceof AppError ? error : new AppError('internal', { ref: 'test' });
    return reply.code(status).send({ code, params });
  });
  reportRoute(
    server,
    {
      mayReport: probeId => probeId === 'p1',
      async ingest(upload) {
        uploads.push(upload);
        return answer(upload);
      },
    },
    { addressOf: () => '192.0.2.7', strangersPerMinute: 10 },
  );
  const post = (payload: Buffer | string, more: Record<string, string> = {}) =>
    server.inject({ method: 'POST', url: '/api/probe/reports', headers: { ...headers, ...more }, payload });
  return { post, uploads };
}

describe('POST /api/probe/reports', () => {
  it('hands on the bytes as they were sent, and who says to have signed them', async () => {
    const { post, uploads } = door();
    const answer = await post('{"v" :1}');
    expect([answer.statusCode, answer.json()]).toEqual([201, { reportId: 'r', accepted: true }]);
    await post(Buffer.from([31, 139, 0]), { 'content-encoding': 'gzip', 'content-type': 'application/octet-stream' });
    const signed = { probeId: 'p1', time: '12', signature: 's', machine: '' };
    expect(uploads).toEqual([
      { ...signed, body: Buffer.from('{"v" :1}'), gzip: false },
      { ...signed, body: Buffer.from([31, 139, 0]), gzip: true },
    ]);
  });

  it('answers 200 for a report that was there already', async () => {
    const { post } = door(() => ({ reportId: 'r', accepted: false }));
    expect((await post('{}')).statusCode).toBe(200);
  });

  it('sends strangers away before their body is read', async () => {
    const { post, uploads } = door();
    expect((await post('x'.repeat(9 * 1024 * 1024), { 'aerie-probe': 'nobody' })).statusCode).toBe(401);
    expect((await post('{}', { 'aerie-probe': '' })).statusCode).toBe(401);
    expect(uploads).toEqual([]);
  });

  it('refuses what is too large, empty, or packed otherwise', async () => {
    const { post, uploads } = door();
    const refused = async (payload: string, more = {}) => {
      const answer = await post(payload, more);
      return [answer.statusCode, answer.json().code, answer.json().params?.reason];
    };
    expect(await refused('x'.repeat(8 * 1024 * 1024 + 1))).toEqual([400, 'bad_report', 'it is larger than 8 MiB']);
    expect(await refused('')).toEqual([400, 'bad_report', 'it is empty']);
    expect(await refused('{}', { 'content-encoding': 'br' })).toEqual([400, 'bad_report', 'send it plain or as gzip']);
    expect(uploads).toEqual([]);
  });
});
