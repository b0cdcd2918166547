import { useEffect, useRef } from 'react';

/** True where typing goes into something: single-letter keys must stay letters there. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** A dialog or menu is above the page, or about to be; it has the keys. */
export function isCovered(): boolean {
  return document.querySelector('[role="dialog"], [role="menu"], [data-covered]') !== null;
}

/** Listens to the keys of the whole page, with the handler of the last drawing. */
export function useKeys(handler: (event: KeyboardEvent) => void): void {
  const latest = useRef(handler);
  latest.current = handler;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!event.defaultPrevented && !event.isComposing) latest.current(event);
    };
    // Heard before a dialog hears it and closes: otherwise one Esc would close the dialog and leave the page, too.
    window.addEventListener('keydown', listen, { capture: true });
    return () => window.removeEventListener('keydown', listen, { capture: true });
  }, []);
}

/** The modifier that opens the palette here: ⌘ on Apple's machines, Ctrl elsewhere. */
export const commandKey = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl';
