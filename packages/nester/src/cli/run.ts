import { openDesk } from './desk.ts';
import { configOf } from './settings.ts';
import type { Desk } from './socket.ts';

/**
 * Does one piece of work with a Nester's commands, and closes the way to them.
 * @param fresh whether a folder without data may be made into one
 */
export async function withDesk<T>(
  options: Record<string, unknown>,
  { fresh = false }: { fresh?: boolean },
  work: (desk: Desk) => Promise<T>,
): Promise<T> {
  const desk = await openDesk(configOf(options), fresh);
  try {
    return await work(desk);
  } finally {
    await desk.close();
  }
}
