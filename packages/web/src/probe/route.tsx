import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import { createStore, useStore } from '../app/store.ts';

const path = createStore(window.location.pathname);
window.addEventListener('popstate', () => path.set(window.location.pathname));

/** The address of the page that is shown. */
export function usePath(): string {
  return useStore(path);
}

interface GoProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  to: string;
}

/** A link to another page of the dashboard. */
export function Go({ to, ...rest }: GoProps) {
  const follow = (event: MouseEvent) => {
    // With a key held, the browser opens it elsewhere.
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (to !== path.get()) window.history.pushState(undefined, '', to);
    path.set(to);
    document.getElementById('page')?.scrollTo(0, 0);
    window.scrollTo(0, 0);
  };
  return <a {...rest} href={to} onClick={follow} />;
}
