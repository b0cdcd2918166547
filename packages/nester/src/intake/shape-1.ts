import { hasShape } from '../sites/report-shape.ts';
import type { Draft } from './draft.ts';
import { type Fields, isFields } from './values.ts';

export function isShape1(value: unknown): value is Fields {
  return isFields(value) && value.v === 1 && typeof value.reportId === 'string';
}

/** A Harvester's own report, as it lies in its folder: the contract's shape, with an id, a probe and times in UTC. */
export function readShape1(file: Fields): Draft | undefined {
  if (!hasShape(file)) return undefined;
  const { reportId, startedAt, finishedAt, ...body } = file as unknown as Draft['body'] & {
    reportId: string;
    startedAt: number;
    finishedAt: number;
  };
  return {
    shape: '1',
    franchises: [],
    probeId: body.probeId,
    reportId,
    moments: [startedAt, finishedAt],
    tookMs: null,
    body,
  };
}
