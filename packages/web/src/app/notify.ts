import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useText } from '../i18n/use-text.tsx';
import { channelSlug } from './channels.ts';
import { useConnection } from './context.ts';
import { kept } from './kept.ts';
import { createStore } from './store.ts';
import { ownPresence } from './use-own-presence.ts';

/** What this browser does about notifications: `unsupported` where a page may show none, `denied` where a person said so. */
export type Notifying = 'on' | 'off' | 'denied' | 'unsupported';

const keptKey = 'notify';
/** Longer texts are cut: a notification is a nudge, not the message. */
const mostChars = 160;

function current(): Notifying {
  if (!('Notification' in window) || !window.isSecureContext) return 'unsupported';
  if (Notification.permission === 'denied') return 'denied';
  return Notification.permission === 'granted' && kept.read(keptKey) === 'on' ? 'on' : 'off';
}

/** Whether this browser tells of what is meant for oneself while the page is out of sight. */
export const notifying = createStore<Notifying>('off');

/** Switches notifications on, which asks the person where they were never asked, or off. Only to be called from a press. */
export async function switchNotifying(on: boolean): Promise<void> {
  kept.write(keptKey, on ? 'on' : undefined);
  if (on && 'Notification' in window && Notification.permission === 'default') await Notification.requestPermission();
  notifying.set(current());
}

/** Looks again: what the browser allows may have changed in its settings. */
export function lookAtNotifying(): void {
  notifying.set(current());
}

/** Tells of messages that name oneself or are written to oneself, while nobody looks and unless one wants no disturbance. */
export function useNotifications(): void {
  const { t } = useText();
  const connection = useConnection();
  const navigate = useNavigate();
  useEffect(() => {
    lookAtNotifying();
    return connection.onEvent(frame => {
      const { state } = connection;
      if (frame.event !== 'message.created' || connection.status !== 'live' || !state) return;
      if (!document.hidden || notifying.get() !== 'on' || ownPresence.get() === 'dnd') return;
      const { message } = frame;
      const channel = state.channels.get(message.channelId);
      if (!channel || message.authorId === state.me.userId) return;
      const direct = channel.kind === 'direct';
      if (!direct && !message.mentions?.includes(state.me.userId)) return;
      const name = message.authorName;
      const title = direct ? name : t('notify.mention', { name, channel: `#${channel.name}` });
      // One for each channel: the last one stands for those before it.
      const notice = new Notification(title, { body: message.content.slice(0, mostChars), tag: channel.channelId });
      notice.onclick = () => {
        window.focus();
        void navigate({ to: '/c/$channel', params: { channel: channelSlug(channel) } });
        notice.close();
      };
    });
  }, [connection, navigate, t]);
}
