import type { Severity } from '@aerie/contract';
import type { Shape } from '../../ui/state-mark.tsx';

/** The shape under which each severity is known everywhere. */
export const severityShape: Record<Severity, Shape> = { critical: 'down', warning: 'degraded', info: 'info' };
