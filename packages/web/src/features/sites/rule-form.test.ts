import { firstIncidentRules } from '@aerie/contract';
import { expect, test } from 'vitest';
import { faultOf, figuresOfRule, keptFigure, setRules, shownFigure, withField } from './rule-form.ts';

test('what is shown and typed again is what was kept', () => {
  for (const rule of setRules) {
    const fields = firstIncidentRules[rule] as Record<string, unknown>;
    for (const figure of figuresOfRule[rule] ?? [])
      expect(keptFigure(String(shownFigure(fields[figure.field] as number, figure)), figure), `${rule} ${figure.field}`).toBe(
        fields[figure.field],
      );
  }
});

test('a comma is a point; what is no number, or beyond its bounds, is nothing', () => {
  const percent = figuresOfRule['wan.loss']![0]!;
  expect(keptFigure('12,5', percent)).toBe(0.125);
  expect(['', 'x', '101', '0', '-1'].map(typed => keptFigure(typed, percent))).toEqual(Array(5).fill(undefined));
});

test('what ends above where it begins is wrong', () => {
  expect(faultOf(firstIncidentRules)).toBeUndefined();
  expect(faultOf(withField(firstIncidentRules, 'wan.loss', { clear: 0.5 }))).toBe('wan.loss');
  expect(faultOf(withField(firstIncidentRules, 'wan.latency', { aboveMs: 100 }))).toBe('wan.latency');
});
