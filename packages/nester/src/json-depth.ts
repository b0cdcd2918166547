/** How deep brackets nest outside strings, in JSON that was not read yet: whoever reads the value recurses. */
export function depthOf(text: string): number {
  let level = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 92 /* \ */) i++;
      else if (code === 34 /* " */) inString = false;
    } else if (code === 34) inString = true;
    else if (code === 123 || code === 91) {
      if (++level > deepest) deepest = level;
    } else if (code === 125 || code === 93) level--;
  }
  return deepest;
}
