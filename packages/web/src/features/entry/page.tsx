import { useLocation } from '@tanstack/react-router';
import type { Ending, ServerInfo } from '../../app/nester.ts';
import { AlreadyInside } from './parts/already-inside.tsx';
import { EntryFrame } from './parts/entry-frame.tsx';
import { InvitationForm } from './parts/invitation-form.tsx';
import { LogInForm } from './parts/log-in-form.tsx';
import { PutOut } from './parts/put-out.tsx';
import { SetupForm } from './parts/setup-form.tsx';
import { SetupNeeded } from './parts/setup-needed.tsx';

interface EntryPageProps {
  server: ServerInfo;
  /** Why whoever was inside no longer is. */
  ending?: Ending | undefined;
  /** Somebody is logged in already, and opened a link all the same. */
  insideAs?: string;
}

/** The door: set-up, an invitation, or the log-in. */
export function EntryPage({ server, ending, insideAs }: EntryPageProps) {
  const { pathname, hash } = useLocation();
  const token = hash.replace(/^#/, '');
  return (
    <EntryFrame server={server}>
      {insideAs !== undefined ? (
        <AlreadyInside name={insideAs} />
      ) : pathname === '/setup' ? (
        <SetupForm server={server} token={token} />
      ) : pathname === '/invitation' ? (
        <InvitationForm server={server} token={token} />
      ) : server.setupNeeded ? (
        <SetupNeeded />
      ) : ending?.reason === 'kicked' || ending?.reason === 'banned' ? (
        <PutOut ending={ending} />
      ) : (
        <LogInForm server={server} why={ending?.reason} />
      )}
    </EntryFrame>
  );
}
