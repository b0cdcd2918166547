import type { IncidentRules } from '@aerie/contract';

/** A rule that a site may set; the one for trying out is not among them. */
export type SetRule = Exclude<keyof IncidentRules, 'test'>;

/** The rules, in the order in which one thinks of them. */
export const setRules: readonly SetRule[] = [
  'probe.silent',
  'wan.loss',
  'wan.latency',
  'device.gone',
  'device.new',
  'device.address',
  'port.opened',
  'port.closed',
  'service.changed',
  'certificate.expiring',
];

/** A figure of a rule as it is typed: in the unit that people use, not in the one that is kept. */
export interface RuleFigure {
  field: 'aboveMs' | 'clearMs' | 'above' | 'clear' | 'forMs' | 'days';
  unit: 'ms' | 'percent' | 'minutes' | 'days';
  min: number;
  max: number;
}

const forMinutes: RuleFigure = { field: 'forMs', unit: 'minutes', min: 0, max: 1440 };

/** The figures of each rule, in the order of its sentence. */
export const figuresOfRule: Partial<Record<SetRule, readonly RuleFigure[]>> = {
  'wan.loss': [{ field: 'above', unit: 'percent', min: 1, max: 100 }, forMinutes, { field: 'clear', unit: 'percent', min: 0, max: 100 }],
  'wan.latency': [{ field: 'aboveMs', unit: 'ms', min: 1, max: 60_000 }, forMinutes, { field: 'clearMs', unit: 'ms', min: 1, max: 60_000 }],
  'device.gone': [forMinutes],
  'port.closed': [forMinutes],
  'certificate.expiring': [{ field: 'days', unit: 'days', min: 1, max: 365 }],
};

const factors: Record<RuleFigure['unit'], number> = { ms: 1, percent: 0.01, minutes: 60_000, days: 1 };

/** A figure as it is shown in its field. */
export function shownFigure(value: number, { unit }: RuleFigure): number {
  return Math.round((value / factors[unit]) * 100) / 100;
}

/** A figure as it is kept; undefined where what was typed is none, or not within its bounds. */
export function keptFigure(typed: string, { unit, min, max }: RuleFigure): number | undefined {
  const value = typed.trim() === '' ? Number.NaN : Number(typed.replace(',', '.'));
  if (!(value >= min && value <= max)) return undefined;
  return unit === 'percent' ? Math.round(value * 100) / 10_000 : Math.round(value * factors[unit]);
}

/** A rule with one of its fields changed. */
export function withField<R extends SetRule>(rules: IncidentRules, rule: R, fields: Partial<IncidentRules[R]>): IncidentRules {
  return { ...rules, [rule]: { ...rules[rule], ...fields } };
}

/** What is wrong with the rules as they stand: where it is over must not lie above where it begins. */
export function faultOf(rules: IncidentRules): SetRule | undefined {
  if (rules['wan.loss'].clear > rules['wan.loss'].above) return 'wan.loss';
  return rules['wan.latency'].clearMs > rules['wan.latency'].aboveMs ? 'wan.latency' : undefined;
}
