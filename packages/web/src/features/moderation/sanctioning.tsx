import { lazy, type ReactNode, Suspense, useCallback, useState } from 'react';
import type { Sanctioning } from './parts/sanction-dialog.tsx';

export type { Sanctioning };

const SanctionDialog = lazy(() => import('./parts/sanction-dialog.tsx').then(module => ({ default: module.SanctionDialog })));

/** The dialog of a kick, mute or ban: how to open it, and where it stands. It is fetched when it is first opened. */
export function useSanctioning(): { sanction: (what: Sanctioning) => void; dialog: ReactNode } {
  const [open, setOpen] = useState<Sanctioning>();
  const close = useCallback(() => setOpen(undefined), []);
  return {
    sanction: setOpen,
    dialog: open && (
      <Suspense fallback={null}>
        <SanctionDialog sanctioning={open} onClose={close} />
      </Suspense>
    ),
  };
}
