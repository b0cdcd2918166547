import type { Connection } from '@aerie/client';
import { AppError } from '@aerie/contract/errors';
import { Failure, WrongUsage } from '../failure.ts';

export interface Target {
  channelId: string;
  /** As it is written: `#dev`, `@bob`. */
  name: string;
}

/** The channel that `#dev` or `@bob` names. */
export async function findTarget(connection: Connection, text: string): Promise<Target> {
  const [mark, name] = [text[0], text.slice(1)];
  if ((mark !== '#' && mark !== '@') || name === '') throw new WrongUsage('send.target', { text });
  try {
    if (mark === '#') {
      const { channel, joined } = await connection.call('channel.find', { name });
      if (!joined) throw new Failure('text.notJoined', { name: `#${channel.name}` });
      return { channelId: channel.channelId, name: `#${channel.name}` };
    }
    return { channelId: (await connection.call('channel.openDirect', { name })).channelId, name: text };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'not_found') throw error;
    throw mark === '#' ? new Failure('text.notFound', { name: text }) : new Failure('slash.noPerson', { name });
  }
}
