import { diagnosticSentence } from '@aerie/contract/diagnostic-words';
import { diagnosticLimitMs, diagnosticRequest } from '@aerie/contract/diagnostics';
import { AuditFile } from '../diagnose/audit-file.ts';
import { Desk } from '../diagnose/desk.ts';
import type { Outcome } from '../diagnose/outcome.ts';
import { instrumentsHere, perform } from '../diagnose/perform.ts';
import { Failure } from '../failure.ts';
import { readPolicy } from '../policy-file.ts';

/** Does one diagnostic here, as Nester would have it done: the same checks, the same record. @throws Failure when it failed */
export async function diagnose(folder: string, asked: Record<string, unknown>): Promise<void> {
  const parsed = diagnosticRequest.safeParse(asked);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Failure(`The ${issue!.path.join('.') || 'request'} is not right: ${issue!.message}.`);
  }
  const request = parsed.data;
  const ended = Promise.withResolvers<Outcome>();
  const desk = new Desk({
    policy: () => readPolicy(folder),
    perform: task => perform(task, instrumentsHere()),
    report({ lines, end }) {
      for (const line of lines) process.stdout.write(`${line}\n`);
      if (end) ended.resolve(end);
    },
    audit: new AuditFile(folder),
    now: Date.now,
  });
  const stop = () => void desk.cancelAll();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  desk.start({ diagnosticId: 'here', request, limitMs: diagnosticLimitMs[request.do], by: '(local)' });
  const { state, summary } = await ended.promise;
  await desk.cancelAll();
  const sentence = diagnosticSentence(summary, 'en');
  if (state !== 'done') throw new Failure(`${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`);
  process.stdout.write(`${sentence}\n`);
}
