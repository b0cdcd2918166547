import { AppError, type Report, type ReportedHost, report as schema } from '@aerie/contract';
import { type ErrorObject, Ajv2020 as Validator } from 'ajv/dist/2020.js';
import * as z from 'zod';

/** The part of the contract's schema that is looked into here. */
interface ReportShape {
  properties: { hosts: { items: object; maxItems: number } };
}

const shape = unionTypes(z.toJSONSchema(schema, { io: 'input' })) as ReportShape;
const validator = new Validator({ allowUnionTypes: true });

/** The contract's report as a compiled validator: the same verdicts in less than half of the time. */
const isReport = validator.compile<Report>(shape);
const isHost = validator.compile<ReportedHost>(shape.properties.hosts.items);
/** Of one report. */
export const mostHosts = shape.properties.hosts.maxItems;

/** True when a value is what the contract's schema says, without the rules beyond it. */
export function hasShape(value: unknown): value is Report {
  return isReport(value);
}

/** The same of a host alone. */
export function isHostShape(value: unknown): value is ReportedHost {
  return isHost(value);
}

/** @throws AppError `bad_report`: where the first fault is */
export function requireShape(value: unknown): asserts value is Report {
  if (!isReport(value)) refuseReport(faultOf(isReport.errors?.[0]));
}

/** @throws AppError `bad_report` */
export function refuseReport(reason: string): never {
  throw new AppError('bad_report', { reason });
}

/** What came from outside, as a reason shows it. */
export const shown = (text: string) => JSON.stringify(text.slice(0, 64));

function faultOf(error: ErrorObject | undefined): string {
  const where = error?.instancePath.slice(1).replaceAll('/', '.') || 'report';
  const extra = error?.keyword === 'additionalProperties' ? `: ${shown(String(error.params.additionalProperty))}` : '';
  return `${where.slice(0, 100)} ${error?.message ?? 'has another shape'}${extra}`;
}

/** Writes `anyOf: [{type: T, …}, {type: null}]` as `{type: [T, null], …}`: the former makes an error for every null, and drops it. */
function unionTypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unionTypes);
  if (typeof value !== 'object' || value === null) return value;
  const { anyOf, ...rest } = value as { anyOf?: { type?: unknown }[] };
  if (anyOf?.length === 2 && typeof anyOf[0]!.type === 'string' && anyOf[1]!.type === 'null')
    return unionTypes({ ...rest, ...anyOf[0], type: [anyOf[0]!.type, 'null'] });
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, unionTypes(one)]));
}
