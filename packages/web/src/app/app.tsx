import { HeadlessMantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Navigate, useLocation } from '@tanstack/react-router';
import { type ReactNode, useEffect, useMemo, useSyncExternalStore } from 'react';
import { WrittenContext } from '../features/chat/context.ts';
import { draftsOf } from '../features/chat/drafts.ts';
import { unsentOf } from '../features/chat/unsent.ts';
import { EntryPage } from '../features/entry/page.tsx';
import { Shut } from '../features/entry/parts/put-out.tsx';
import { Unreachable } from '../features/entry/parts/unreachable.tsx';
import { browserLanguage } from '../i18n/translate.ts';
import { TextProvider } from '../i18n/use-text.tsx';
import { ToastProvider } from '../ui/toast.tsx';
import { ConnectionContext, NesterContext, useLive, useNester } from './context.ts';
import { kept } from './kept.ts';
import type { Session } from './nester.ts';
import { Shell } from './shell.tsx';
import { ShellSkeleton } from './shell-skeleton.tsx';
import { useStore } from './store.ts';
import { visitorLanguage } from './visitor-language.ts';

type LoggedIn = Extract<Session, { phase: 'in' }>;

/** The root of all pages: who is here decides what is shown. */
export function App() {
  const nester = useNester();
  const session = useStore(nester.session);
  const { pathname } = useLocation();
  const entering = pathname === '/setup' || pathname === '/invitation';

  switch (session.phase) {
    case 'starting':
      return null;
    case 'unreachable':
      return (
        <Visitor>
          <Unreachable />
        </Visitor>
      );
    case 'shut':
      return (
        <Visitor>
          <Shut error={session.error} />
        </Visitor>
      );
    case 'out':
      return (
        <Visitor>
          <EntryPage server={session.server} ending={session.ending} />
        </Visitor>
      );
    case 'in':
      // A link that was just used leads to where everybody is.
      if (entering && session.fresh) return <Navigate to="/c/$channel" params={{ channel: 'général' }} replace />;
      return entering ? (
        <Visitor>
          <EntryPage server={session.server} insideAs={session.me.name} />
        </Visitor>
      ) : (
        <Inside key={session.me.userId} session={session} />
      );
  }
}

/** Before anybody has logged in, the page speaks the browser's language, or the one chosen here. */
function Visitor({ children }: { children: ReactNode }) {
  const chosen = useStore(visitorLanguage);
  return (
    <TextProvider language={chosen ?? browserLanguage(navigator.languages)}>
      <ToastProvider>{children}</ToastProvider>
    </TextProvider>
  );
}

function Inside({ session }: { session: LoggedIn }) {
  const { connection, me } = session;
  const started = useSyncExternalStore(connection.subscribe.bind(connection), () => connection.state !== undefined);
  const queries = useMemo(() => new QueryClient({ defaultOptions: { queries: { retry: 1, staleTime: 10_000 } } }), []);
  const written = useMemo(
    () => ({ drafts: draftsOf(me.userId, kept), unsent: unsentOf(me.userId, connection, kept) }),
    [me.userId, connection],
  );
  useEffect(() => () => written.unsent.stop(), [written]);
  return (
    <ConnectionContext value={connection}>
      <QueryClientProvider client={queries}>
        <WrittenContext value={written}>
          {started ? (
            <OwnLanguage>
              <Shell />
            </OwnLanguage>
          ) : (
            <TextProvider language={me.language}>
              <ShellSkeleton />
            </TextProvider>
          )}
        </WrittenContext>
      </QueryClientProvider>
    </ConnectionContext>
  );
}

function OwnLanguage({ children }: { children: ReactNode }) {
  const language = useLive(state => state.me.language);
  return (
    <TextProvider language={language}>
      <ToastProvider>{children}</ToastProvider>
    </TextProvider>
  );
}

/** Everything that has to stand around the router. */
export function Frame({ nester, children }: { nester: ReturnType<typeof useNester>; children: ReactNode }) {
  return (
    <NesterContext value={nester}>
      <HeadlessMantineProvider>{children}</HeadlessMantineProvider>
    </NesterContext>
  );
}
