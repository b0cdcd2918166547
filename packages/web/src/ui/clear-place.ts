import { type RefObject, useLayoutEffect } from 'react';

/** A stretch of the window from above to below, in pixels. */
export interface Stretch {
  top: number;
  bottom: number;
}

/** Between a notice and a field beside it. */
const gap = 8;
/** What people write into or choose from. */
const fields = 'textarea, select, [contenteditable="true"], input:not([type="checkbox"], [type="radio"], [type="file"])';

/** By how many pixels what stands somewhere has to go up so that it covers none of what is taken; at most to the top of the window. */
export function wayUp(stands: Stretch, taken: readonly Stretch[]): number {
  const height = stands.bottom - stands.top;
  let { top } = stands;
  // From below to above: whatever was passed is not met again.
  for (const each of taken.toSorted((a, b) => b.bottom - a.bottom))
    if (each.top < top + height + gap && each.bottom > top - gap) top = Math.min(top, each.top - gap - height);
  return stands.top - Math.max(top, Math.min(stands.top, gap));
}

/** Keeps what stands over the page, by its style at the bottom, off the fields below it and off a telephone's keyboard. */
export function useClearPlace(place: RefObject<HTMLElement | null>, isShown: boolean): void {
  useLayoutEffect(() => {
    const { current } = place;
    if (!current || !isShown) return;
    let moved = 0;
    const put = () => {
      const { left, right, top, bottom } = current.getBoundingClientRect();
      const taken: Stretch[] = [...document.querySelectorAll(fields)]
        .map(field => field.getBoundingClientRect())
        .filter(field => field.width > 0 && field.left < right && field.right > left);
      const seen = window.visualViewport;
      if (seen) taken.push({ top: seen.offsetTop + seen.height, bottom: Number.POSITIVE_INFINITY });
      moved = wayUp({ top: top + moved, bottom: bottom + moved }, taken);
      current.style.translate = `0 ${-moved}px`;
    };
    let frame = 0;
    const soon = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(put);
    };
    put();
    // Fields come, go and grow while a notice is shown.
    const changes = new MutationObserver(soon);
    changes.observe(document.body, { childList: true, subtree: true });
    const happenings = ['resize', 'scroll', 'input', 'focusin', 'focusout'];
    for (const each of happenings) window.addEventListener(each, soon, { capture: true });
    window.visualViewport?.addEventListener('resize', soon);
    return () => {
      cancelAnimationFrame(frame);
      changes.disconnect();
      for (const each of happenings) window.removeEventListener(each, soon, { capture: true });
      window.visualViewport?.removeEventListener('resize', soon);
      current.style.translate = '';
    };
  }, [place, isShown]);
}
