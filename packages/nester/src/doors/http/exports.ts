import { Readable } from 'node:stream';
import {
  AppError,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  exportForm,
  exportSelection,
  exportSubjects,
} from '@aerie/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { type ExportOrder, exported } from '../../exports/export.ts';
import type { Log } from '../../log.ts';
import type { Dispatch } from '../dispatch.ts';
import type { UpgradeJudge } from '../ws.ts';
import { callerOf } from './commands.ts';

const number = z.coerce.number();
/** What a link says: the same fields as of a command, as text. */
const query = z.strictObject({
  ...exportForm.shape,
  bom: z.enum(['0', '1']).default('0'),
  ...exportSelection.shape,
  from: number.pipe(exportSelection.shape.from.unwrap()).optional(),
  to: number.pipe(exportSelection.shape.to.unwrap()).optional(),
});

/** `GET /api/export/users`, `messages`, `audit`, `devices`, `incidents`: a file to keep, written as it is read. For administrators. */
export function exportRoutes(
  server: FastifyInstance,
  { dispatch, judge, log, now }: { dispatch: Dispatch; judge: UpgradeJudge; log: Log; now: () => number },
): void {
  for (const subject of exportSubjects) {
    server.get(`/api/export/${subject}`, { exposeHeadRoute: false }, async (request, reply) => {
      if (!isFollowedHere(request) || !judge.isOwnOrigin(request.raw)) throw new AppError('wrong_origin');
      const order = orderOf(subject, request.query);
      // Asked again for each page: with the log-in, or with the role, the export ends too.
      const ask = async <K extends CommandName>(name: K, input: CommandInput<K>) => {
        const actor = (await judge.authenticate(request.raw)) ?? { kind: 'anyone' as const };
        return (await dispatch.call(actor, callerOf(request, judge), name, input)) as CommandOutput<K>;
      };
      let records = 0;
      const text = exported(ask, order, more => {
        records += more;
      });
      // What is refused is refused with an answer, not with half a file.
      const first = await text.next();
      const { format } = order.form;
      const whole = async function* () {
        let reason: string | undefined = 'it was not taken any more';
        try {
          yield first.value as string;
          yield* text;
          reason = undefined;
        } catch (error) {
          reason = (error as Error).message;
          throw error;
        } finally {
          log.info('ADMIN', reason === undefined ? 'An export was sent' : 'An export broke off', { subject, records, reason });
        }
      };
      return reply
        .header('content-type', format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8')
        .header('content-disposition', `attachment; filename="aerie-${subject}-${dayOf(now())}.${format}"`)
        .send(Readable.from(whole(), { objectMode: false }));
    });
  }
}

/** Not a link on another site: the cookie would go with it. Programs, and browsers over plain HTTP, do not say. */
function isFollowedHere({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none';
}

function orderOf(subject: ExportOrder['subject'], given: unknown): ExportOrder {
  const result = query.safeParse(given);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    const field = issue.code === 'unrecognized_keys' ? issue.keys[0] : issue.path.join('.');
    throw new AppError('bad_input', { field: String(field).slice(0, 64), reason: issue.message });
  }
  const { format, language, bom, separator, ...selection } = result.data;
  return { subject, selection, form: { format, language, separator, bom: bom === '1' } };
}

/** The day on the server's own calendar, as files are named by. */
function dayOf(at: number): string {
  const date = new Date(at);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(part => String(part).padStart(2, '0')).join('-');
}
