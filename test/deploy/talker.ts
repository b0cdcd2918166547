/**
 * Somebody who writes messages one after the other, a few on their way at once, until its stdin ends or there are enough:
 * `talker.ts HOST NAME PASSWORD`. Prints `talking` when the first is stored, and at the end the ids of all that are, in their order.
 */
import { LineClient } from '../kit/line-client.ts';

const atOnce = 20;
const most = 20_000;
const [host, user, password] = process.argv.slice(2) as [string, string, string];

let isOver = false;
process.stdin.resume().once('end', () => {
  isOver = true;
});
const client = await LineClient.connect({ host, port: 12_345 });
await client.ask('session.logIn', { user, password });
const { channel } = await client.ask('channel.find', { name: 'dev' });
const stored: { messageId: string; seq: number }[] = [];
let sent = 0;
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    while (!isOver && sent < most) {
      sent += 1;
      stored.push(await client.ask('message.send', { channelId: channel.channelId, content: `${user} ${sent}` }));
      if (stored.length === 1) console.error('talking');
    }
  }),
);
await client.close();
console.log(JSON.stringify(stored.sort((a, b) => a.seq - b.seq).map(({ messageId }) => messageId)));
