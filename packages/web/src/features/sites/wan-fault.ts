import type { WanResult } from '@aerie/contract';

type Role = NonNullable<WanResult['role']>;
type Health = 'well' | 'loses' | 'silent';

/** From this loss on it is a fault: one of five echoes, as for a site's state. */
const badLoss = 0.2;
const fromNear: readonly Role[] = ['gateway', 'provider', 'internet'];

/** Whose fault it is, as the end of the key of a sentence. */
export type WanFault =
  | 'none'
  | 'answers'
  | 'gateway'
  | 'gatewayLoses'
  | 'provider'
  | 'providerLoses'
  | 'internet'
  | 'internetLoses'
  | 'beyond'
  | 'beyondLoses'
  | 'silent'
  | 'loses';

/**
 * Whose fault it is, from what answers: the nearest part that does not is at fault, unless something beyond it answers well,
 * since then it only keeps silent itself. Undefined when nothing was measured.
 */
export function wanFault(wan: readonly WanResult[]): WanFault | undefined {
  const health = new Map<Role, Health>();
  for (const role of fromNear) {
    const best = bestOf(wan.filter(each => each.sent > 0 && (each.role ?? 'internet') === role));
    if (best) health.set(role, best);
  }
  if (health.size === 0) return undefined;
  const measured = fromNear.filter(role => health.has(role));
  const at = measured.find((_, i) => measured.slice(i).every(each => health.get(each) !== 'well'));
  if (at === undefined) return measured.length === 3 ? 'none' : 'answers';
  const loses = health.get(at) === 'loses';
  const named = (fault: 'gateway' | 'provider' | 'internet' | 'beyond'): WanFault => (loses ? `${fault}Loses` : fault);
  if (at === 'gateway') return named('gateway');
  if (at === 'provider' && health.get('gateway') === 'well') return named('provider');
  if (at === 'internet' && health.get('provider') === 'well') return named('internet');
  if (at === 'internet' && health.get('gateway') === 'well') return named('beyond');
  return loses ? 'loses' : 'silent';
}

/** One target that is down is not the part that it stands for. */
function bestOf(results: readonly WanResult[]): Health | undefined {
  if (results.length === 0) return undefined;
  const loss = Math.min(...results.map(({ sent, received }) => (sent - received) / sent));
  return loss >= 1 ? 'silent' : loss >= badLoss ? 'loses' : 'well';
}
