/** A page that is out of sight has no frames; it is told this often. */
const hiddenMs = 100;

/**
 * Tells listeners of a source at most once a frame, however often it changes: a busy channel
 * is drawn sixty times a second, not once a message.
 */
export function calmly(source: (listener: () => void) => () => void): (listener: () => void) => () => void {
  const listeners = new Set<() => void>();
  let forget: (() => void) | undefined;
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const tell = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    timer = undefined;
    for (const listener of [...listeners]) listener();
  };
  const changed = () => {
    if (timer !== undefined) return;
    frame = requestAnimationFrame(tell);
    timer = setTimeout(tell, hiddenMs);
  };

  return listener => {
    forget ??= source(changed);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      forget?.();
      forget = undefined;
    };
  };
}
