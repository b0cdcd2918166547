import { nameOf } from '../chat/rooms.ts';
import { oneLine } from '../text/plain.ts';
import { enter, type Where } from './entrance.ts';
import { jsonLine, print } from './output.ts';

/** `classcord who`: everybody who does not look offline. */
export async function who(where: Where, json: boolean): Promise<void> {
  const { connection } = await enter(where, { live: false });
  try {
    const { present } = await connection.call('presence.list', {});
    for (const { name, state } of present.sort((a, b) => a.name.localeCompare(b.name))) {
      await print(json ? jsonLine({ name, state }) : `${oneLine(name)}\t${where.words.say(`state.${state}`)}\n`);
    }
  } finally {
    connection.stop();
  }
}

/** `classcord channels`: one's own, with what is unread. */
export async function channels(where: Where, json: boolean): Promise<void> {
  const { connection } = await enter(where, { live: true });
  try {
    const state = connection.state!;
    const own = [...state.channels.values()].map(channel => ({ name: nameOf(state, channel), channel }));
    for (const { name, channel } of own.sort((a, b) => a.name.localeCompare(b.name))) {
      const { channelId, kind, topic, archived, unread, mentions } = channel;
      if (json) await print(jsonLine({ name, channelId, kind, topic, archived, unread, mentions }));
      else if (!archived) await print(`${oneLine(name)}\t${unread}\t${oneLine(topic)}\n`);
    }
  } finally {
    connection.stop();
  }
}
