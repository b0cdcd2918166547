import type { Incident } from '@aerie/contract';
import { useText } from '../../../i18n/use-text.tsx';
import { type Shape, StateMark } from '../../../ui/state-mark.tsx';

const shapes: Record<Incident['state'], Shape> = { open: 'down', acknowledged: 'degraded', resolved: 'up' };

/** How an incident stands. */
export function IncidentMark({ state }: { state: Incident['state'] }) {
  const { t } = useText();
  return <StateMark shape={shapes[state]} word={t(`incident.state.${state}`)} />;
}
