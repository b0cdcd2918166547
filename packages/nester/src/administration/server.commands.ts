import type { serverCommands } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import { Unit } from '../store/unit.ts';

/** What administrators do to the running server as a whole. */
export function commandsOfServer(parts: {
  /** Adds to a unit what the server says to everybody. */
  announce(unit: Unit, content: string): void;
  /** Begins to stop, and returns at once. */
  stop(): void;
}): Handlers<keyof typeof serverCommands> {
  return {
    async 'server.announce'(ctx, { content }) {
      const unit = new Unit();
      parts.announce(unit, content);
      // Its words stand in the channel, where they can be taken back; the audit cannot forget.
      await ctx.commitAct(unit, { action: 'server.announce', subject: 'all', detail: { length: content.length } });
      return {};
    },

    async 'server.stop'(ctx) {
      await ctx.commitAct(new Unit(), { action: 'server.stop', subject: 'server' });
      // A turn later: whoever asked is answered first.
      setImmediate(() => parts.stop());
      return {};
    },
  };
}
