import { type PointerEvent, useRef } from 'react';

const holdMs = 450;
const slackPx = 10;

/** Handlers that notice a finger held still on something. */
export function useLongPress(onPress: () => void) {
  const held = useRef<{ timer: ReturnType<typeof setTimeout>; x: number; y: number } | undefined>(undefined);
  const cancel = () => {
    clearTimeout(held.current?.timer);
    held.current = undefined;
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.pointerType !== 'touch') return;
      cancel();
      held.current = { timer: setTimeout(onPress, holdMs), x: event.clientX, y: event.clientY };
    },
    onPointerMove: (event: PointerEvent) => {
      const start = held.current;
      if (start && Math.hypot(event.clientX - start.x, event.clientY - start.y) > slackPx) cancel();
    },
    onPointerUp: cancel,
    onPointerCancel: cancel,
  };
}
