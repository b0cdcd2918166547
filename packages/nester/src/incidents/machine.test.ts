import fc from 'fast-check';
import { expect, it } from 'vitest';
import { acknowledged, type IncidentRecord, incidentKey, observed } from './machine.ts';
import type { Observation } from './observation.ts';

const seen = (subjectId: string, isBad: boolean): Observation => ({
  siteId: 's',
  rule: 'probe.silent',
  subjectId,
  subject: `probe ${subjectId}`,
  isBad,
  detail: { lastContactAt: 1 },
});

/** Rows as a store keeps them, changed only through the machine; nothing else survives a restart. */
class Rows {
  readonly all: IncidentRecord[] = [];
  changes = 0;
  #at = 0;

  observe(observation: Observation): void {
    const key = incidentKey(observation);
    const current = this.all.find(record => record.state !== 'resolved' && incidentKey(record) === key);
    this.#write(observed(current, observation, { at: ++this.#at, newId: () => `i${this.all.length}` }));
  }

  acknowledge(nth: number): void {
    const record = this.all[nth % Math.max(1, this.all.length)];
    if (record) this.#write(acknowledged(record, 'Ada', ++this.#at));
  }

  #write(after: IncidentRecord | undefined): void {
    if (!after) return;
    this.changes += 1;
    const at = this.all.findIndex(record => record.incidentId === after.incidentId);
    if (at < 0) this.all.push(after);
    else {
      // What is over stays over.
      expect(this.all[at]!.state).not.toBe('resolved');
      this.all[at] = after;
    }
  }
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('observe' as const), subject: fc.constantFrom('a', 'b', 'c'), isBad: fc.boolean() }),
  fc.record({ kind: fc.constant('acknowledge' as const), nth: fc.nat(20) }),
);

it('never has two open for one thing, closes each once at most, and ends as it was last seen', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const rows = new Rows();
      const last = new Map<string, boolean>();
      for (const one of steps) {
        if (one.kind === 'acknowledge') rows.acknowledge(one.nth);
        else {
          rows.observe(seen(one.subject, one.isBad));
          last.set(one.subject, one.isBad);
          // The same again changes nothing.
          const { changes } = rows;
          rows.observe(seen(one.subject, one.isBad));
          expect(rows.changes).toBe(changes);
        }
        for (const subject of ['a', 'b', 'c']) {
          const open = rows.all.filter(record => record.subjectId === subject && record.state !== 'resolved');
          expect(open.length).toBe(last.get(subject) ? 1 : 0);
        }
      }
      for (const record of rows.all) {
        expect(record.resolvedAt !== null).toBe(record.state === 'resolved');
        expect(record.acknowledgedAt !== null).toBe(record.acknowledgedBy !== null);
      }
    }),
  );
});

it('keeps the figures with which it opened, and adds those of the end', () => {
  const step = { at: 5, newId: () => 'i' };
  const opened = observed(undefined, seen('a', true), step)!;
  const resolved = observed(opened, { ...seen('a', false), detail: { lastContactAt: 9, spoolDepth: 2 } }, { ...step, at: 9 });
  expect(resolved).toEqual({ ...opened, state: 'resolved', resolvedAt: 9, detail: { lastContactAt: 1, spoolDepth: 2 } });
});
