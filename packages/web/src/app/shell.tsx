import { atLeast } from '@aerie/contract/roles';
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { loadMarkdown } from '../features/chat/markdown-loading.ts';
import { upFrom } from '../features/sites/addresses.ts';
import { useFollowSites } from '../features/sites/follow.ts';
import { useText } from '../i18n/use-text.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';
import { Announcer } from './announcer.tsx';
import { ConnectionLine } from './connection-line.tsx';
import { useLive } from './context.ts';
import { holdKey } from './early-keys.ts';
import { isCovered, isTyping, useKeys } from './keys.ts';
import { Mark } from './mark.tsx';
import { MeMenu } from './me-menu.tsx';
import { useNotifications } from './notify.ts';
import { PaletteContext } from './palette-context.ts';
import { RoomBadge } from './room-badge.tsx';
import { roomAt, rooms, roomTitle } from './rooms.ts';
import styles from './shell.module.css';
import { useNarrow } from './use-media.ts';
import { useOwnPresence } from './use-own-presence.ts';
import { useTitle } from './use-title.ts';

const loadPalette = () => import('./palette.tsx');
const Palette = lazy(() => loadPalette().then(module => ({ default: module.Palette })));
const KeysDialog = lazy(() => import('./keys-dialog.tsx').then(module => ({ default: module.KeysDialog })));

/** What stands around every page: the rail, or on a telephone the tabs; the palette and the keys. */
export function Shell() {
  const { t } = useText();
  const narrow = useNarrow();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const me = useLive(state => state.me);
  const [open, setOpen] = useState<{ kind: 'palette'; typed: string } | { kind: 'keys' }>();
  const openPalette = useCallback((typed: string) => setOpen({ kind: 'palette', typed }), []);
  const openKeys = useCallback(() => setOpen({ kind: 'keys' }), []);
  const early = useRef<string[]>([]);
  const close = useCallback(() => {
    early.current.length = 0;
    setOpen(undefined);
  }, []);
  useTitle();
  useNotifications();
  useEffect(() => {
    // The palette is fetched before it is asked for: letters typed right after Ctrl-K belong to it.
    loadPalette().catch(() => {});
    return loadMarkdown(() => {});
  }, []);
  useOwnPresence();
  useFollowSites();

  useKeys(event => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      if (open?.kind === 'palette') close();
      else openPalette('');
    } else if (open?.kind === 'palette') {
      if (holdKey(event, early.current) && event.key === 'Escape') close();
    } else if (isTyping(event.target) || isCovered() || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    } else if (event.key === '?') {
      event.preventDefault();
      openKeys();
    } else if (event.key === '/') {
      event.preventDefault();
      // A page with a field of its own to search in is searched there; the palette keeps its own keys.
      const field = document.querySelector<HTMLElement>('[data-search]');
      if (field) field.focus();
      else openPalette('');
    } else if (event.key === 'Escape' && !pathname.startsWith('/c/') && pathname !== '/') {
      void navigate(upFrom(pathname));
    }
  });

  // The wall hangs where nobody has a mouse: nothing stands around it.
  if (pathname === '/wall') return <Outlet />;

  const here = roomAt(pathname);
  const entries = rooms
    .filter(room => atLeast(me.role, room.role))
    .map(room => (
      <Link key={room.to} to={room.to} className={styles.room} aria-current={room === here ? 'page' : undefined}>
        <span className={styles.roomIcon}>
          <Icon name={room.icon} size={20} />
          <RoomBadge room={room.to} />
        </span>
        {t(roomTitle(room, me.role))}
      </Link>
    ));

  return (
    <PaletteContext value={openPalette}>
      <div className={styles.shell} data-covered={open && ''}>
        {!narrow && (
          <nav className={styles.rail} aria-label={t('rail.label')}>
            <Link to="/" className={styles.mark} aria-label="Aerie">
              <Mark size={32} />
            </Link>
            {entries}
            <span className={styles.space} />
            <MeMenu onKeys={openKeys} />
          </nav>
        )}
        <div className={styles.page}>
          <Outlet />
          <ConnectionLine />
        </div>
        {narrow && (
          <nav className={styles.tabs} aria-label={t('rail.label')}>
            {entries}
            <Link to="/me" className={styles.room} aria-current={pathname === '/me' ? 'page' : undefined}>
              <span className={styles.roomIcon}>
                <Avatar id={me.userId} name={me.name} size={20} />
              </span>
              {t('rail.me')}
            </Link>
          </nav>
        )}
      </div>
      <Announcer />
      <Suspense fallback={null}>
        {open?.kind === 'palette' && <Palette typed={open.typed} early={early.current} onClose={close} onKeys={openKeys} />}
        {open?.kind === 'keys' && <KeysDialog onClose={close} />}
      </Suspense>
    </PaletteContext>
  );
}
