import type { SeenPresence } from '@aerie/contract';
import { presentIn, type Room, roomsOf } from '../chat/rooms.ts';
import { oneLine } from '../text/plain.ts';
import { pad, widthOf } from '../text/width.ts';
import type { Line, Style } from './style.ts';
import type { Model } from './view.ts';

/** A shape a state, so that nobody needs the colour. */
export const presenceMarks: Record<SeenPresence, string> = { online: '●', away: '◐', dnd: '■', offline: '○' };

const presenceStyles: Record<SeenPresence, Style> = {
  online: { colour: 'green' },
  away: { colour: 'yellow' },
  dnd: { colour: 'red' },
  offline: { dim: true },
};

/** The list beside the conversation: channels and people with what is unread, and who is here. */
export function sidebar(model: Model, columns: number, height: number): Line[] {
  const { state, channelId, words } = model;
  const rooms = roomsOf(state);
  const lines: Line[] = [];
  let active = 0;
  for (const direct of [false, true]) {
    const some = rooms.filter(room => room.direct === direct);
    if (some.length === 0) continue;
    lines.push(title(words.say(direct ? 'screen.direct' : 'screen.channels'), columns));
    for (const room of some) {
      if (room.channelId === channelId) active = lines.length;
      lines.push(roomLine(room, room.channelId === channelId, columns));
    }
  }
  const present = presentIn(state);
  // A long list moves so that the open channel is seen; then there is no room for people.
  if (lines.length >= height) {
    const from = Math.min(Math.max(0, active - Math.floor(height / 2)), lines.length - height);
    return lines.slice(from, from + height);
  }
  lines.push(title(`${words.say('screen.people')} ${present.length}`, columns));
  for (const { name, presence } of present.slice(0, height - lines.length)) {
    lines.push([{ text: `${presenceMarks[presence]} `, style: presenceStyles[presence] }, { text: pad(oneLine(name), columns - 2) }]);
  }
  return lines;
}

function title(text: string, columns: number): Line {
  return [{ text: pad(text, columns), style: { dim: true } }];
}

function roomLine({ title: name, presence, unread, mentions }: Room, active: boolean, columns: number): Line {
  const count = mentions > 0 ? ` @${capped(mentions)}·${capped(unread)}` : unread > 0 ? ` ${capped(unread)}` : '';
  const mark = presence === undefined ? '' : `${presenceMarks[presence]} `;
  const room = columns - widthOf(count) - widthOf(mark);
  const style: Style = { bold: unread > 0, inverse: active };
  return [
    { text: mark, style: presence && { ...presenceStyles[presence], inverse: active } },
    { text: pad(oneLine(name), room), style },
    { text: count, style: { ...style, colour: mentions > 0 ? 'red' : 'green' } },
  ];
}

function capped(count: number): string {
  return count > 999 ? '999+' : String(count);
}
