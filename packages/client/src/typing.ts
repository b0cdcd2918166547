/** Who is writing where, each until a moment in ms: channel id, then user id. */
export type Typing = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** How long "is writing" holds when nothing renews it. */
export const typingMs = 6_000;

/** With `userId` writing in `channelId` until `until`. */
export function withTyping(typing: Typing, channelId: string, userId: string, until: number): Typing {
  return new Map(typing).set(channelId, new Map(typing.get(channelId)).set(userId, until));
}

/** Without those for whom `stays` is false; the same object when all stay. */
export function filterTyping(typing: Typing, stays: (channelId: string, userId: string, until: number) => boolean): Typing {
  const kept = new Map<string, ReadonlyMap<string, number>>();
  let changed = false;
  for (const [channelId, writers] of typing) {
    const staying = [...writers].filter(([userId, until]) => stays(channelId, userId, until));
    changed ||= staying.length < writers.size;
    if (staying.length > 0) kept.set(channelId, staying.length < writers.size ? new Map(staying) : writers);
  }
  return changed ? kept : typing;
}

/** When the next writer falls silent, in ms; undefined when nobody writes. */
export function nextTypingEnd(typing: Typing): number | undefined {
  let next: number | undefined;
  for (const writers of typing.values()) for (const until of writers.values()) next = Math.min(next ?? until, until);
  return next;
}
