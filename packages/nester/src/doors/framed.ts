import { AppError, commands, type ErrorFrame, isCommandName } from '@aerie/contract';
import { frameLine } from '../kept-json.ts';
import type { Connection } from './connection.ts';
import type { Dispatch } from './dispatch.ts';
import type { Step } from './ordered-queue.ts';

/** The line of an error, in answer to a frame with that id (or to one that had none). */
export function errorLine(id: number | undefined, error: AppError, beside: Record<string, string> = {}): string {
  const frame: ErrorFrame = { ...beside, id, error: { code: error.code, message: error.message, params: error.params } };
  return `${JSON.stringify(frame)}\n`;
}

/** One frame of a framed connection: `{"id":1,"do":"message.send","input":{…}}`. */
export function framedStep(dispatch: Dispatch, connection: Connection, frame: Record<string, unknown>): Step {
  const id = typeof frame.id === 'number' && Number.isSafeInteger(frame.id) ? frame.id : undefined;
  const run = () =>
    dispatch.call(connection.actor, connection.caller, frame.do, frame.input).then(
      ok => connection.answer(frameLine({ id, ok })),
      (error: AppError) => connection.answer(errorLine(id, error)),
    );
  if (id === undefined) {
    return {
      pipelined: false,
      start: async () => connection.answer(errorLine(undefined, new AppError('bad_frame', { reason: 'id is not a whole number' }))),
    };
  }
  if (isCommandName(frame.do) && commands[frame.do].pipelined) return { pipelined: true, done: run() };
  return { pipelined: false, start: run };
}
