import { oneLine } from '../text/plain.ts';
import { fit, pad, widthOf } from '../text/width.ts';
import type { Row } from './rows.ts';
import type { Line, Style } from './style.ts';
import type { Model } from './view.ts';

/** How the line does, what is on its way, who is writing, and what stands below; or the ways to complete what is being written. */
export function statusLine(model: Model, columns: number, below: readonly Row[]): Line {
  if (model.choices.length > 0)
    return [{ text: pad(` ${model.choices.map(choice => oneLine(choice).trim()).join('  ')}`, columns), style: { inverse: true } }];
  const right = belowText(model, below);
  // Why it fails stands last: it is long, and the first to be cut.
  const left = [connection(model), ...unsent(model), typing(model), model.status === 'live' ? '' : model.failure]
    .filter(Boolean)
    .join(' · ');
  const room = columns - widthOf(right);
  const style: Style = { inverse: true, colour: model.status === 'live' ? undefined : 'yellow' };
  return [{ text: pad(fit(` ${left}`, room - 1), room) + right, style }];
}

function connection({ status, retryAt, state, presence, words: { say }, now }: Model): string {
  const name = oneLine(state.me.name);
  if (status === 'live') return `● ${say('screen.live')} ${name}${presence === 'online' ? '' : ` (${say(`state.${presence}`)})`}`;
  if (status === 'connecting' || retryAt === undefined) return `◌ ${say('screen.connecting')}`;
  return `◌ ${say('screen.waiting', { count: Math.max(0, Math.ceil((retryAt - now) / 1_000)) })}`;
}

function unsent({ outbox, words: { say } }: Model): string[] {
  const failed = outbox.filter(pending => pending.failed).length;
  const waiting = outbox.length - failed;
  return [waiting > 0 ? say('screen.pending', { count: waiting }) : '', failed > 0 ? say('screen.failed', { count: failed }) : ''];
}

function typing({ state, channelId, words: { say, list } }: Model): string {
  const writers = channelId === undefined ? undefined : state.typing.get(channelId);
  const names = [...(writers?.keys() ?? [])].flatMap(userId => state.users.get(userId)?.name ?? []);
  if (names.length === 0) return '';
  return names.length > 3 ? say('typing.many') : say('typing.some', { names: list(names), count: names.length });
}

function belowText({ anchor, state, channelId, words: { say } }: Model, below: readonly Row[]): string {
  if (!anchor) return '';
  const channel = channelId === undefined ? undefined : state.channels.get(channelId);
  const unread = channel?.unread ?? 0;
  if (unread > 0) return `${say('screen.below', { count: unread })} `;
  return below.length > 0 ? `${say('screen.scrolled')} ` : '';
}
