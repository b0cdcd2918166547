import type { secretCommands as specs } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import { Unit } from '../store/unit.ts';
import { keyIdOf, newKey } from './sealing.ts';
import { type KeptSecret, keptSecrets } from './secrets.store.ts';
import type { Vault } from './vault.ts';

/** @param inTurn runs one rotation after the other */
export function secretCommands(vault: Vault, inTurn: <T>(work: () => Promise<T>) => Promise<T>): Handlers<keyof typeof specs> {
  return {
    'secret.rotate': (ctx, { forget }) =>
      inTurn(async () => {
        const lost: KeptSecret[] = [];
        for (const one of await keptSecrets(ctx.db)) {
          try {
            vault.open(one.sealed, one.purpose);
          } catch (error) {
            // One that does not open stops all: nothing is lost by an oversight.
            if (!forget) throw error;
            lost.push(one);
          }
        }
        const key = newKey();
        // Until all is sealed anew the keys before stand in the file too: killed at any point, everything opens.
        vault.replace([key, ...vault.keysOrNone()]);
        const unit = new Unit();
        for (const one of lost) unit.run(one.replace(null));
        const isLost = (one: KeptSecret) => lost.some(({ purpose, sealed }) => purpose === one.purpose && sealed === one.sealed);
        const stale = async () => (await keptSecrets(ctx.db)).filter(one => keyIdOf(one.sealed) !== key.keyId && !isLost(one));
        const reseal = (into: Unit, all: readonly KeptSecret[]) => {
          for (const one of all) into.run(one.replace(vault.seal(vault.open(one.sealed, one.purpose), one.purpose)));
        };
        const first = await stale();
        reseal(unit, first);
        const forgotten = lost.map(({ what }) => what);
        await ctx.commitAct(unit, {
          action: 'secret.rotate',
          subject: key.keyId,
          detail: { resealed: first.length, forgotten: forgotten.length },
        });
        // What somebody sealed with the old key just before is on disk by now.
        const late = await stale();
        if (late.length > 0) {
          const rest = new Unit();
          reseal(rest, late);
          await ctx.commit(rest);
        }
        vault.replace([key]);
        return { keyId: key.keyId, resealed: first.length + late.length, forgotten };
      }),
  };
}
