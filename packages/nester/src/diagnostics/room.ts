import type { diagnosticCommands as specs } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import { Unit } from '../store/unit.ts';
import { diagnosticCommands } from './diagnostics.commands.ts';
import { forgetQuery, unendedDiagnostics } from './diagnostics.store.ts';
import type { DiagnosticsParts } from './parts.ts';
import { Running } from './running.ts';

const keptMs = 90 * 24 * 60 * 60_000;

/** What probes are asked to look at by hand. */
export interface Diagnostics {
  readonly commands: Handlers<keyof typeof specs>;
  /** Forgets what ended more than 90 days ago. */
  forget(): Promise<void>;
  /** Ends what runs, and says so. */
  stop(): Promise<void>;
}

/** Opens the room. What ran when the Nester before this one ended is lost: nobody hears its probe any more. */
export async function openDiagnostics(parts: DiagnosticsParts): Promise<Diagnostics> {
  const { store, committer, now } = parts;
  const running = new Running(parts);
  for (const row of await unendedDiagnostics(store.read)) await running.bury(row);
  return {
    commands: diagnosticCommands(parts, running),
    async forget() {
      await committer.commit(new Unit().run(forgetQuery(store.read, now() - keptMs)));
    },
    stop: () => running.stop(),
  };
}
