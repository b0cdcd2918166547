import type { Connection } from '@aerie/client';
import type { Message } from '@aerie/contract';
import { limits } from '@aerie/contract/limits';
import { Failure } from '../failure.ts';
import { oneLine } from '../text/plain.ts';
import { enter, type Where } from './entrance.ts';
import { jsonLine, print } from './output.ts';
import { findTarget, type Target } from './target.ts';

interface ReadOptions {
  json: boolean;
}

/** `classcord tail`: the last messages, and each new one while `follow`. */
export async function tail(where: Where, from: string, options: ReadOptions & { lines: number; follow: boolean }): Promise<void> {
  const { connection, url } = await enter(where, { live: options.follow });
  try {
    const target = await findTarget(connection, from);
    const show = printer(target, options.json);
    // Where nothing is shown first, what is new begins here.
    const now = connection.state?.seq ?? 0;
    const last = await lastMessages(connection, target, options.lines);
    for (const message of last) await show(message);
    if (options.follow) await follow(connection, target, last.at(-1)?.seq ?? now, show, url);
  } finally {
    connection.stop();
  }
}

/** `classcord history`: all messages, oldest first. */
export async function history(where: Where, from: string, { json }: ReadOptions): Promise<void> {
  const { connection } = await enter(where, { live: false });
  try {
    const target = await findTarget(connection, from);
    await after(connection, target, 0, printer(target, json));
  } finally {
    connection.stop();
  }
}

type Show = (message: Message) => Promise<void>;

function printer({ name }: Target, json: boolean): Show {
  return async message => {
    const { nonce: _, ...told } = message;
    if (json) return await print(jsonLine({ channel: name, ...told }));
    const { createdAt, authorName, content } = message;
    await print(`${moment(createdAt)} <${oneLine(authorName)}> ${oneLine(content)}\n`);
  };
}

async function lastMessages(connection: Connection, { channelId }: Target, lines: number): Promise<Message[]> {
  let messages: Message[] = [];
  let more = true;
  while (more && messages.length < lines) {
    const limit = Math.min(lines - messages.length, limits.historyPage);
    const page = await connection.call('message.history', { channelId, limit, before: messages[0]?.seq });
    messages = [...page.messages, ...messages];
    more = page.moreBefore;
  }
  return messages;
}

/** Shows all messages after a seq, and answers the last one's. */
async function after(connection: Connection, { channelId }: Target, seq: number, show: Show): Promise<number> {
  let last = seq;
  for (;;) {
    const { messages, moreAfter } = await connection.call('message.history', { channelId, after: last, limit: limits.historyPage });
    for (const message of messages) {
      await show(message);
      last = message.seq;
    }
    if (!moreAfter) return last;
  }
}

/**
 * Shows each new message, until the process is told to stop or the session ends. Events only say that there is something:
 * what is shown is read in order after the last one shown, so that nothing is missed and nothing comes twice.
 */
async function follow(connection: Connection, target: Target, seq: number, show: Show, url: string): Promise<never> {
  let last = seq;
  let { epoch } = connection.state!;
  for (;;) {
    const news = somethingNew(connection, target.channelId, url);
    try {
      // After a restore the log may stand before what was shown.
      const { state } = connection;
      if (state && state.epoch !== epoch) [epoch, last] = [state.epoch, Math.min(last, state.seq)];
      if (connection.status === 'live') last = await after(connection, target, last, show);
    } catch (error) {
      // The line is gone: the next one goes on after the last message shown.
      if ((error as { code?: string }).code !== 'connection_lost') throw error;
    }
    await news;
  }
}

/** Resolves at the next message of the channel, or when a lost connection is there again. */
function somethingNew(connection: Connection, channelId: string, url: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let { status } = connection;
  const ends = [
    connection.onEvent(frame => frame.event === 'message.created' && frame.message.channelId === channelId && resolve()),
    connection.subscribe(() => {
      if (connection.status === 'ended') reject(new Failure('session.ended', { url }));
      else if (connection.status === 'live' && status !== 'live') resolve();
      status = connection.status;
    }),
  ];
  return promise.finally(() => {
    for (const end of ends) end();
  });
}

/** `2026-11-22 14:05:09`, local time: it sorts, and programs cut it easily. */
function moment(at: number): string {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 19).replace('T', ' ');
}
