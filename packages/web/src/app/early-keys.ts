type Struck = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'getModifierState'>;

/** A key for what it writes or does, and no shortcut; AltGr, which some systems tell as Ctrl and Alt, makes characters. */
function isPlain(event: Struck): boolean {
  return event.getModifierState('AltGraph') || !(event.ctrlKey || event.metaKey || event.altKey);
}

/**
 * Keeps a key from the page while the palette is asked for and not yet there. Once its field is, the field has the focus
 * and the key, before which it takes those that were held.
 * @returns whether the key was held
 */
export function holdKey(event: KeyboardEvent, held: string[]): boolean {
  const field = document.querySelector<HTMLElement>('[data-palette]');
  field?.focus();
  if (field || !isPlain(event)) return false;
  event.preventDefault();
  event.stopPropagation();
  held.push(event.key);
  return true;
}

/** What keys, struck one after the other, make of a text; which row of what it finds they go to, and whether they end with it. */
export function replay(keys: readonly string[], text: string): { text: string; row: number; entered: boolean } {
  let row = 0;
  for (const key of keys) {
    if (key === 'Enter') return { text, row, entered: true };
    if (key === 'ArrowDown') row++;
    else if (key === 'ArrowUp') row = Math.max(0, row - 1);
    else if (key === 'Backspace') text = [...text].slice(0, -1).join('');
    else if ([...key].length === 1) text += key;
    else continue;
    if (!key.startsWith('Arrow')) row = 0;
  }
  return { text, row, entered: false };
}
