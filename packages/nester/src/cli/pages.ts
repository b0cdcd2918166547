import type { AuditRecord, CommandOutput, UserRecord } from '@aerie/contract';
import type { Desk } from './socket.ts';

export type ExportedMessage = CommandOutput<'message.export'>['messages'][number];

/** All accounts, by name. */
export async function* allUsers(desk: Desk): AsyncGenerator<UserRecord> {
  let after: string | undefined;
  do {
    const { users, next } = await desk.call('user.list', { after });
    yield* users;
    after = next ?? undefined;
  } while (after !== undefined);
}

/** All messages, oldest first. */
export async function* allMessages(desk: Desk): AsyncGenerator<ExportedMessage> {
  let after: number | null = 0;
  while (after !== null) {
    const page: CommandOutput<'message.export'> = await desk.call('message.export', { after });
    yield* page.messages;
    after = page.next;
  }
}

/** The whole audit, newest first. */
export async function* allAudit(desk: Desk): AsyncGenerator<AuditRecord> {
  let before: string | undefined;
  for (;;) {
    const { records } = await desk.call('audit.list', { before, limit: 200 });
    yield* records;
    before = records.at(-1)?.auditId;
    if (before === undefined) return;
  }
}
