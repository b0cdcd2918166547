import type { DashboardSession } from '@aerie/contract/dashboard';
import { useCallback, useEffect, useState } from 'react';
import { useStore } from '../app/store.ts';
import { act, putOut, readSession } from './api.ts';
import { Gate } from './gate.tsx';
import { listen } from './live.ts';
import { Waiting } from './parts/states.tsx';
import { Shell } from './shell.tsx';
import { forgetData } from './use-data.ts';

/** The dashboard: the password where one is asked, then the pages. */
export function App() {
  const [session, setSession] = useState<DashboardSession>();
  const [error, setError] = useState<unknown>();

  const look = useCallback(() => {
    setError(undefined);
    readSession().then(setSession, setError);
  }, []);
  const timesPutOut = useStore(putOut);
  // biome-ignore lint/correctness/useExhaustiveDependencies: having been put out is a reason to look again
  useEffect(look, [look, timesPutOut]);

  const inside = session?.needsPassword === false;
  useEffect(() => (inside ? listen(look) : undefined), [inside, look]);

  const leave = async () => {
    setSession(await act<DashboardSession>('log-out'));
    forgetData();
  };

  if (!session) return <Waiting error={error} again={look} />;
  if (session.needsPassword) return <Gate entered={setSession} />;
  return <Shell leave={session.asksPassword ? leave : undefined} />;
}
