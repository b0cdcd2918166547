const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg\//, 'Edge'],
  [/\bFirefox\//, 'Firefox'],
  [/\b(?:Chrome|Chromium|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux|X11/, 'Linux'],
];

/** A browser's long description in two words; undefined when it is not a browser's. */
export function agentWords(agent: string): string | undefined {
  const found = (list: typeof browsers) => list.find(([pattern]) => pattern.test(agent))?.[1];
  const words = [found(browsers), found(systems)].filter(Boolean);
  return words.length > 0 ? words.join(' · ') : agent.slice(0, 60) || undefined;
}
