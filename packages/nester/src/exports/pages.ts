import type {
  AuditRecord,
  CommandInput,
  CommandName,
  CommandOutput,
  ExportSelection,
  ExportSubject,
  Incident,
  UserRecord,
} from '@aerie/contract';

export type ExportedMessage = CommandOutput<'message.export'>['messages'][number];
export type ExportedDevice = CommandOutput<'device.export'>['devices'][number];

/** Calls commands for somebody who may. */
export type Ask = <K extends CommandName>(name: K, input: CommandInput<K>) => Promise<CommandOutput<K>>;

/** Messages may be long: a page of them stays a few megabytes at most. */
const messagesAtOnce = 200;

/** All records of a subject, a page at a time: the next one is asked for when the one before has been taken. */
export function pages(ask: Ask, subject: ExportSubject, selection: ExportSelection): AsyncIterable<readonly object[]> {
  if (subject === 'users') return userPages(ask);
  if (subject === 'messages') return messagePages(ask, selection);
  if (subject === 'devices') return devicePages(ask, selection);
  return subject === 'incidents' ? incidentPages(ask, selection) : auditPages(ask, selection);
}

/** All accounts, by name. */
export async function* allUsers(ask: Ask): AsyncGenerator<UserRecord> {
  for await (const page of userPages(ask)) yield* page;
}

async function* userPages(ask: Ask): AsyncGenerator<UserRecord[]> {
  let after: string | undefined;
  do {
    const { users, next } = await ask('user.list', { after });
    yield users;
    after = next ?? undefined;
  } while (after !== undefined);
}

/** Oldest first. */
async function* messagePages(ask: Ask, { channelId, from, to }: ExportSelection): AsyncGenerator<ExportedMessage[]> {
  let after: number | null = 0;
  while (after !== null) {
    const page: CommandOutput<'message.export'> = await ask('message.export', { channelId, from, to, after, limit: messagesAtOnce });
    yield page.messages;
    after = page.next;
  }
}

async function* devicePages(ask: Ask, { siteId }: ExportSelection): AsyncGenerator<ExportedDevice[]> {
  for (let after: string | undefined; ; ) {
    const { devices, next }: CommandOutput<'device.export'> = await ask('device.export', { siteId, after });
    yield devices;
    if (next === null) return;
    after = next;
  }
}

/** Oldest first. */
async function* incidentPages(ask: Ask, { siteId, from, to }: ExportSelection): AsyncGenerator<Incident[]> {
  for (let after: string | undefined; ; ) {
    const { incidents, next }: CommandOutput<'incident.export'> = await ask('incident.export', { siteId, from, to, after });
    yield incidents;
    if (next === null) return;
    after = next;
  }
}

/** Newest first. */
async function* auditPages(ask: Ask, { from, to }: ExportSelection): AsyncGenerator<AuditRecord[]> {
  let before: string | undefined;
  for (;;) {
    const { records } = await ask('audit.list', { before, from, to, limit: 200 });
    yield records;
    before = records.at(-1)?.auditId;
    if (before === undefined) return;
  }
}
