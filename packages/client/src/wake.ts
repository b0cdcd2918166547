/**
 * Calls back when the network or the page comes back: the moment to look whether the line still holds.
 * Where there is no browser, never.
 */
export function onWake(callback: () => void): () => void {
  if (typeof window === 'undefined') return () => {};
  const visible = () => {
    if (document.visibilityState === 'visible') callback();
  };
  window.addEventListener('online', callback);
  document.addEventListener('visibilitychange', visible);
  return () => {
    window.removeEventListener('online', callback);
    document.removeEventListener('visibilitychange', visible);
  };
}
