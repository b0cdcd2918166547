interface Import {
  specifier: string;
  typeOnly: boolean;
}

/**
 * What a source file imports: static, dynamic, type-only and re-exports.
 * Reads text, since TypeScript 7 gives no syntax tree to JavaScript; the formatter keeps each statement at the start
 * of a line, with single quotes and a semicolon before it.
 */
export function importsOf(source: string): Import[] {
  const statements = source.matchAll(/^(?:import|export)( type)?\b(?:[^'"`;]*?\bfrom)?\s*'([^']+)'/gm);
  const calls = source.matchAll(/\b(?:import|require|mock)\(\s*(['"`])([^'"`]+)\1/g);
  return [
    ...[...statements].map(match => ({ specifier: match[2]!, typeOnly: match[1] !== undefined })),
    ...[...calls].map(match => ({ specifier: match[2]!, typeOnly: false })),
  ];
}

/** Names that a source file declares at the start of a line: classes, functions, types, constants. */
export function declarationsOf(source: string): string[] {
  const declaration =
    /^\s*(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:class|interface|type|function\*?|const|let)\s+([\w$]+)/gm;
  return [...source.matchAll(declaration)].map(match => match[1]!);
}
