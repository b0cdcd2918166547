import { createContext, useContext } from 'react';

/** Opens the palette with something typed already; `@` looks among people only. */
export type OpenPalette = (typed: string) => void;

export const PaletteContext = createContext<OpenPalette>(() => {});

export function usePalette(): OpenPalette {
  return useContext(PaletteContext);
}
