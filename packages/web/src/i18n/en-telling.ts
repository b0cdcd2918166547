export const enTelling = {} as const satisfies Record<string, string | { one: string; other: string }>;
