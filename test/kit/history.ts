import type { Message } from '@aerie/contract';
import type { Person } from './people.ts';

/** All messages of a channel, oldest first, as somebody who comes fresh reads them. */
export async function wholeHistory(person: Person, channelId: string): Promise<Message[]> {
  let messages: Message[] = [];
  for (let moreBefore = true; moreBefore; ) {
    const before = messages[0]?.seq;
    const page = await person.http.call('message.history', { channelId, before, limit: 200 });
    messages = [...page.messages, ...messages];
    moreBefore = page.moreBefore;
  }
  return messages;
}
