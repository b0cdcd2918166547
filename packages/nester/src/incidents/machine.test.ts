import { firstIncidentRules, type IncidentRules } from '@aerie/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acknowledged, closed, noted, snoozed } from './acts.ts';
import type { Outcome, SiteWatch, Surroundings } from './draft.ts';
import { flapWindowMs } from './flapping.ts';
import { dueAt, type Input, passed, reported, rulesChanged, seen, step } from './machine.ts';
import type { Observation } from './observation.ts';
import type { IncidentRecord } from './records.ts';
import type { Told } from './telling.ts';
import { emptyWatch } from './watch.ts';

const minute = 60_000;

/** Everything is watched; of devices all. */
const rules: IncidentRules = {
  ...firstIncidentRules,
  'device.gone': { on: true, severity: 'critical', forMs: 10 * minute, only: 'all' },
  'device.address': { on: true, severity: 'info' },
};

/** A site as a store keeps it, changed only through the machine; what only memory holds is lost with a restart. */
class Site {
  watch: SiteWatch = { ...emptyWatch('s'), awaits: 'nothing' };
  now = 10 ** 9;
  rules = rules;
  probes = ['p1', 'p2'];
  inMaintenance = false;
  readonly all = new Map<string, IncidentRecord>();
  readonly told = new Map<string, Told[]>();
  readonly steps: string[] = [];
  #ids = 0;

  do(input: Input): Outcome | undefined {
    const around: Surroundings = {
      at: this.now,
      rules: this.rules,
      probes: this.probes,
      inMaintenance: this.inMaintenance,
      isStorm: () => false,
      newId: () => `i${String(++this.#ids).padStart(5, '0')}`,
    };
    const outcome = step(this.watch, around, input);
    if (!outcome) return undefined;
    this.watch = outcome.next;
    for (const { record, before } of outcome.incidents) {
      expect(before).toEqual(this.all.get(record.incidentId));
      // What is over stays over.
      expect(before?.state).not.toBe('resolved');
      this.all.set(record.incidentId, record);
    }
    for (const { incidentId, what } of outcome.told) this.told.set(incidentId, [...(this.told.get(incidentId) ?? []), what]);
    for (const { kind } of outcome.steps) this.steps.push(kind);
    return outcome;
  }

  see(rule: Observation['rule'], subjectId: string, isBad: boolean, more: Partial<Observation> = {}): Outcome | undefined {
    return this.do(seen({ siteId: 's', rule, subjectId, subject: `the ${subjectId}`, isBad, detail: {}, ...more }));
  }

  report(loss = 0, kind: 'full' | 'sweep' = 'full', medianMs: number | null = 20): Outcome | undefined {
    return this.do(reported({ siteId: 's', probeId: 'p1', machine: 'vm-1', kind, wan: { medianMs, loss } }));
  }

  pass(ms: number): Outcome | undefined {
    // What time may do is known before: until then it does nothing.
    const due = dueAt(this.watch, this.rules);
    this.now += ms;
    const outcome = this.do(passed);
    if (due > this.now) expect(outcome).toBeUndefined();
    return outcome;
  }

  restart(): void {
    this.watch = { ...this.watch, awaits: 'report', wasDark: false };
  }

  open(): string[] {
    return [...this.watch.incidents.values()].map(({ rule, subjectId, parentId }) => `${rule} ${subjectId}${parentId ? ' folded' : ''}`);
  }

  only(): IncidentRecord {
    const [record, ...others] = this.watch.incidents.values();
    expect(others).toEqual([]);
    return record!;
  }

  toldOf(subjectId: string): Told[] {
    return [...this.all.values()]
      .filter(record => record.subjectId === subjectId)
      .flatMap(({ incidentId }) => this.told.get(incidentId) ?? []);
  }
}

describe('time', () => {
  it('must go by before an absence counts, and before it is over', () => {
    const site = new Site();
    site.see('device.gone', 'd', true);
    site.pass(10 * minute - 1);
    expect(site.open()).toEqual([]);
    site.pass(1);
    expect(site.open()).toEqual(['device.gone d']);
    site.see('device.gone', 'd', false);
    site.pass(10 * minute - 1);
    site.see('device.gone', 'd', true);
    site.pass(30 * minute);
    expect(site.open()).toEqual(['device.gone d']);
    site.see('device.gone', 'd', false);
    site.pass(10 * minute);
    expect(site.open()).toEqual([]);
    expect(site.toldOf('d')).toEqual(['opened', 'reminder', 'resolved']);
  });

  it('counts for the link when another measurement says the same; between the thresholds nothing begins and nothing ends', () => {
    const site = new Site();
    site.report(0.5);
    // One alone may be a blip: time does not make more of it.
    site.pass(hour);
    expect(site.open()).toEqual([]);
    site.report(0.1);
    site.report(0.5);
    site.now += 4 * minute;
    site.report(0.5);
    expect(site.open()).toEqual([]);
    site.now += minute;
    site.report(0.3);
    expect(site.only()).toMatchObject({ rule: 'wan.loss', subject: 'vm-1', subjectId: 'p1', detail: { loss: 0.5, above: 0.2 } });
    site.now += 10 * minute;
    site.report(0.01);
    site.now += 4 * minute;
    site.report(0.1);
    site.now += 4 * minute;
    site.report(0.01);
    expect(site.open().length).toBe(1);
    site.now += 5 * minute;
    site.report(0.05);
    expect(site.open()).toEqual([]);
  });

  it('ends what was told once after a day, and a test after ten minutes', () => {
    const site = new Site();
    site.see('device.new', 'd', true);
    site.pass(24 * hour - 1);
    expect(site.open()).toEqual(['device.new d']);
    site.pass(1);
    expect([...site.all.values()]).toMatchObject([{ state: 'resolved', resolvedBy: null, detail: { expired: 1 } }]);
    expect(site.watch.symptoms.size).toBe(0);
  });
});

const hour = 60 * minute;

describe('rules', () => {
  it('say of which devices absence, and of which MACs newness counts', () => {
    const site = new Site();
    site.rules = { ...firstIncidentRules };
    site.see('device.gone', 'laptop', true, { marks: ['labelled'] });
    site.see('device.gone', 'server', true, { marks: ['server'] });
    site.see('device.new', 'phone', true, { marks: ['random_mac'] });
    site.see('device.new', 'printer', true);
    site.see('device.address', 'printer', true);
    site.pass(hour);
    expect(site.open().sort()).toEqual(['device.gone server', 'device.new printer']);
  });

  it('that go off end what they opened, and alarm nobody', () => {
    const site = new Site();
    site.see('probe.silent', 'p1', true);
    site.see('device.gone', 'd', true);
    site.pass(hour);
    site.rules = {
      ...rules,
      'probe.silent': { ...rules['probe.silent'], on: false },
      'device.gone': { ...rules['device.gone'], on: false },
    };
    site.do(rulesChanged);
    expect(site.open()).toEqual([]);
    expect(site.toldOf('p1')).toEqual(['opened', 'reminder', 'updated']);
    // A probe that is still silent when they are on again is told.
    site.rules = rules;
    site.do(rulesChanged);
    expect(site.open()).toEqual(['probe.silent p1']);
  });

  it('do not hold for a probe that was shut out: what it measured last is left', () => {
    const site = new Site();
    site.report(0.5);
    site.now += 5 * minute;
    site.report(0.5);
    site.see('wan.loss', 'p1', false);
    expect([...site.all.values()]).toMatchObject([{ rule: 'wan.loss', state: 'resolved', resolvedBy: null, detail: { unwatched: 1 } }]);
    expect(site.toldOf('p1')).toEqual(['opened', 'updated']);
  });

  it('look at when a certificate ends', () => {
    const site = new Site();
    const day = 24 * hour;
    const certificate = (item: string, days: number) =>
      site.see('certificate.expiring', 'd', true, { item, detail: { notAfter: site.now + days * day } });
    certificate('443/tcp', 22);
    expect(site.open()).toEqual([]);
    site.pass(day);
    expect(site.only().detail).toMatchObject({ ports: '443/tcp', notAfter: site.now + 21 * day });
    certificate('8443/tcp', 3);
    expect(site.only().detail).toEqual({ ports: '443/tcp, 8443/tcp', notAfter: site.now + 3 * day });
    certificate('8443/tcp', 90);
    expect(site.only().detail).toMatchObject({ ports: '443/tcp', notAfter: site.now + 21 * day });
    certificate('443/tcp', 90);
    expect(site.open()).toEqual([]);
    site.see('certificate.expiring', 'd', false, { item: '443/tcp' });
    expect([...site.watch.symptoms.values()].flatMap(parts => [...parts.keys()])).toEqual(['8443/tcp']);
  });
});

describe('ports', () => {
  it('of one device are one incident; it follows them', () => {
    const site = new Site();
    const opened = (item: string, isBad = true) => site.see('port.opened', 'd', isBad, { item, detail: { service: 'http' } });
    opened('8080/tcp');
    opened('80/tcp');
    expect(site.only().detail).toEqual({ service: 'http', ports: '80/tcp, 8080/tcp' });
    opened('80/tcp', false);
    expect(site.only().detail).toMatchObject({ ports: '8080/tcp' });
    opened('8080/tcp', false);
    expect(site.open()).toEqual([]);
    expect(site.toldOf('d')).toEqual(['opened', 'updated', 'updated', 'resolved']);
  });

  it('that were missed and are back are not new', () => {
    const site = new Site();
    site.see('port.closed', 'd', true, { item: '22/tcp' });
    site.now += minute;
    site.see('port.opened', 'd', true, { item: '22/tcp' });
    site.see('port.closed', 'd', false, { item: '22/tcp' });
    site.pass(hour);
    expect([...site.all.values()]).toEqual([]);
  });
});

describe('a silent site', () => {
  const dark = () => {
    const site = new Site();
    for (const device of ['d1', 'd2', 'd3']) site.see('device.gone', device, true);
    site.pass(10 * minute);
    site.see('device.gone', 'd4', true);
    site.pass(minute);
    site.see('probe.silent', 'p1', true);
    return site;
  };

  it('is not silent while one of its probes is heard', () => {
    expect(dark().open()).toEqual(['device.gone d1', 'device.gone d2', 'device.gone d3', 'probe.silent p1']);
  });

  it('is one incident: what is behind it folds under the first silence, and is unknown', () => {
    const site = dark();
    site.pass(1);
    site.see('probe.silent', 'p2', true);
    expect(site.open()).toEqual([
      'device.gone d1 folded',
      'device.gone d2 folded',
      'device.gone d3 folded',
      'probe.silent p1',
      'probe.silent p2 folded',
    ]);
    const head = [...site.watch.incidents.values()].find(({ subjectId }) => subjectId === 'p1')!;
    expect(head.folded).toBe(4);
    expect(site.toldOf('p2')).toEqual([]);
    // d4 was about to count; nothing is known of it.
    site.pass(24 * hour);
    expect(site.toldOf('d4')).toEqual([]);
    expect(site.toldOf('d1')).toEqual(['opened']);
  });

  it('is known again with a fresh report: what is still bad unfolds, what was about to count begins anew', () => {
    const site = dark();
    site.see('probe.silent', 'p2', true);
    site.pass(24 * hour);
    site.see('probe.silent', 'p1', false);
    // Heard, and no more: the other one is still silent, the devices are not known.
    expect(site.open()).toEqual(['device.gone d1 folded', 'device.gone d2 folded', 'device.gone d3 folded', 'probe.silent p2']);
    expect(site.toldOf('p2')).toEqual(['opened']);
    site.pass(hour);
    site.see('device.gone', 'd2', false);
    site.report(0, 'sweep');
    expect(site.open()).toEqual(['device.gone d1', 'device.gone d2', 'device.gone d3', 'probe.silent p2']);
    expect(site.toldOf('d1').slice(0, 2)).toEqual(['opened', 'updated']);
    site.pass(10 * minute - 1);
    expect(site.toldOf('d4')).toEqual([]);
    site.pass(1);
    expect(site.open().includes('device.gone d2')).toBe(false);
    expect(site.toldOf('d4')).toEqual(['opened']);
  });

  it('waits with ports for a full scan', () => {
    const site = new Site();
    site.see('port.opened', 'd', true, { item: '80/tcp' });
    for (const probe of site.probes) site.see('probe.silent', probe, true);
    for (const probe of site.probes) site.see('probe.silent', probe, false);
    site.report(0, 'sweep');
    expect(site.open()).toEqual(['port.opened d folded']);
    site.report(0, 'full');
    expect(site.open()).toEqual(['port.opened d']);
  });

  it('has what folded under the silence that ends first fold under the other one', () => {
    const site = dark();
    site.pass(1);
    site.see('probe.silent', 'p2', true);
    const [p1, p2] = ['p1', 'p2'].map(id => [...site.watch.incidents.values()].find(({ subjectId }) => subjectId === id)!);
    site.do(closed(p1!.incidentId, 'Ada'));
    expect(site.open()).toEqual(['device.gone d1 folded', 'device.gone d2 folded', 'device.gone d3 folded', 'probe.silent p2']);
    expect([...site.watch.incidents.values()].filter(({ parentId }) => parentId === p2!.incidentId).length).toBe(3);
  });

  it('explains a slow link by its loss, and ports by the absence of their device', () => {
    const site = new Site();
    site.report(0.5, 'full', 900);
    site.now += 5 * minute;
    site.report(0.5, 'full', 900);
    site.see('port.closed', 'd', true, { item: '22/tcp' });
    site.see('device.gone', 'd', true);
    site.pass(10 * minute);
    expect(site.open().sort()).toEqual(['device.gone d', 'port.closed d folded', 'wan.latency p1 folded', 'wan.loss p1']);
    const folded = () => new Map([...site.watch.incidents.values()].map(record => [record.rule, record.folded]));
    expect([folded().get('wan.loss'), folded().get('device.gone')]).toEqual([1, 1]);
    // The silence of all explains all of it.
    for (const probe of site.probes) site.see('probe.silent', probe, true);
    const all = [...site.watch.incidents.values()];
    expect(all.filter(({ parentId }) => parentId === null)).toMatchObject([{ rule: 'probe.silent', folded: 5 }]);
    expect([folded().get('wan.loss'), folded().get('device.gone')]).toEqual([0, 0]);
  });
});

describe('what comes and goes', () => {
  it('is told ten times in two hours, then once that it is paused; again when it was calm', () => {
    const site = new Site();
    const flap = () => {
      site.see('probe.silent', 'p1', true);
      const record = site.only();
      site.now += minute;
      site.see('probe.silent', 'p1', false);
      site.now += minute;
      return record;
    };
    const records = Array.from({ length: 15 }, flap);
    expect(records.map(({ quiet }) => quiet)).toEqual([...Array(11).fill(null), ...Array(4).fill('paused')]);
    expect(records[10]).toMatchObject({ firings: 11, pausedUntil: records[10]!.openedAt + 30 * minute });
    expect(site.toldOf('p1').filter(what => what === 'opened').length).toBe(11);
    site.see('probe.silent', 'p1', true);
    site.pass(30 * minute - 1);
    expect(site.only().quiet).toBe('paused');
    site.pass(1);
    expect(site.only()).toMatchObject({ quiet: null, pausedUntil: null, toldAt: site.now });
    expect(site.steps.slice(-2)).toEqual(['resumed', 'told']);
    site.see('probe.silent', 'p1', false);
    site.pass(flapWindowMs);
    site.see('probe.silent', 'p1', true);
    expect(site.only()).toMatchObject({ firings: 1, quiet: null });
  });
});

describe('maintenance', () => {
  it('is recorded and not told; what is still bad at its end is told then', () => {
    const site = new Site();
    site.inMaintenance = true;
    site.see('probe.silent', 'p1', true);
    site.see('device.new', 'd', true);
    site.see('probe.silent', 'p1', false);
    expect([...site.all.values()].map(({ quiet }) => quiet)).toEqual(['maintenance', 'maintenance']);
    site.pass(hour);
    expect(site.told.size).toBe(0);
    site.inMaintenance = false;
    site.pass(1);
    expect([site.toldOf('p1'), site.toldOf('d')]).toEqual([[], ['opened']]);
  });
});

describe('people', () => {
  it('are asked again for what is critical and nobody has; not while it sleeps', () => {
    const site = new Site();
    site.see('probe.silent', 'p1', true);
    const { incidentId } = site.only();
    site.pass(30 * minute - 1);
    expect(site.toldOf('p1')).toEqual(['opened']);
    site.pass(1);
    site.pass(2 * hour);
    expect(site.toldOf('p1')).toEqual(['opened', 'reminder', 'reminder']);
    site.do(snoozed(incidentId, 'Ada', site.now + 8 * hour));
    site.pass(8 * hour - 1);
    expect(site.toldOf('p1').slice(3)).toEqual(['updated']);
    site.pass(1);
    expect(site.toldOf('p1').slice(4)).toEqual(['reminder']);
    expect(site.only().snoozedUntil).toBeNull();
    site.do(acknowledged(incidentId, 'Ada', 'on my way'));
    site.pass(24 * hour);
    expect(site.toldOf('p1').slice(5)).toEqual(['updated']);
  });

  it('end what they will; what still looks so is left alone until it was well', () => {
    const site = new Site();
    site.see('device.gone', 'd', true);
    site.pass(10 * minute);
    site.do(closed(site.only().incidentId, 'Ada', 'thrown away'));
    site.see('device.gone', 'd', true);
    site.pass(24 * hour);
    expect(site.open()).toEqual([]);
    site.see('device.gone', 'd', false);
    site.see('device.gone', 'd', true);
    site.pass(10 * minute);
    expect(site.open()).toEqual(['device.gone d']);
  });
});

const op = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('see' as const), what: fc.nat(9), isBad: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('report' as const), loss: fc.constantFrom(0, 0.1, 0.5, 1), full: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 5_000, minute, 4 * minute, 5 * minute, 9.5 * minute, 10 * minute, hour),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('act' as const), act: fc.nat(3), nth: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'maintenance' as const, 'rules' as const) }) },
);

const things: [Observation['rule'], string, string?][] = [
  ['probe.silent', 'p1'],
  ['probe.silent', 'p2'],
  ['device.gone', 'd1'],
  ['device.gone', 'd2'],
  ['device.new', 'd1'],
  ['port.opened', 'd1', '80/tcp'],
  ['port.opened', 'd1', '8080/tcp'],
  ['port.closed', 'd2', '22/tcp'],
  ['service.changed', 'd2', '443/tcp'],
  ['device.address', 'd2'],
];

describe('whatever happens, in whatever order, with restarts at any point', () => {
  it('opens each once, closes it once at most, tells only what was opened, and none of a blip', () => {
    fc.assert(
      fc.property(fc.array(op, { maxLength: 80 }), ops => {
        const site = new Site();
        const badSince = new Map<string, number>();
        const lossSince: { at: number | undefined } = { at: undefined };
        for (const one of ops) {
          const opened = new Set(site.all.keys());
          perform(site, one, badSince, lossSince);
          for (const [id, record] of site.all) {
            if (opened.has(id)) continue;
            // No incident of something shorter than its time.
            const key = `${record.rule}:${record.subjectId}`;
            if (record.rule === 'device.gone') expect(site.now - badSince.get(key)!).toBeGreaterThanOrEqual(10 * minute);
            if (record.rule === 'wan.loss') expect(site.now - lossSince.at!).toBeGreaterThanOrEqual(5 * minute);
          }
          for (const [key, record] of site.watch.incidents) {
            expect(key).toBe(`${record.rule}:${record.subjectId}`);
            expect(record.state).not.toBe('resolved');
            expect(record.parentId !== null).toBe(record.quiet === 'folded');
            if (record.parentId !== null) expect(site.all.has(record.parentId)).toBe(true);
            // Those that ended while they were folded are counted with it too.
            const under = [...site.all.values()].filter(({ parentId }) => parentId === record.incidentId);
            expect(record.folded).toBe(under.length);
            if (record.quiet !== null && record.quiet !== 'folded') expect(record.toldAt).toBeNull();
          }
        }
        for (const record of site.all.values()) {
          const told = site.told.get(record.incidentId) ?? [];
          expect(told.filter(what => what === 'opened').length).toBe(record.toldAt === null ? 0 : 1);
          if (told.length > 0) expect(told[0]).toBe('opened');
          const ends = told.indexOf('resolved');
          if (ends >= 0) expect(ends).toBe(told.length - 1);
          expect(record.resolvedAt !== null).toBe(record.state === 'resolved');
        }
      }),
      { numRuns: 600 },
    );
  });

  it('loses none: with the site in sight and time gone by, what is bad is open and what is well is not', () => {
    fc.assert(
      fc.property(fc.array(op, { maxLength: 60 }), ops => {
        const site = new Site();
        const badSince = new Map<string, number>();
        for (const one of ops) if (one.do !== 'act' && one.do !== 'rules') perform(site, one, badSince, { at: undefined });
        site.inMaintenance = false;
        for (const probe of site.probes) site.see('probe.silent', probe, false);
        site.report(0);
        site.pass(10 * minute);
        for (const [rule, subjectId] of things)
          if (rule === 'device.gone') expect(site.watch.incidents.has(`${rule}:${subjectId}`)).toBe(badSince.has(`${rule}:${subjectId}`));
        for (const record of site.watch.incidents.values())
          if (record.rule === 'device.gone') expect(record.toldAt === null).toBe(record.quiet !== null);
      }),
      { numRuns: 300 },
    );
  });

  it('the same again changes nothing', () => {
    fc.assert(
      fc.property(fc.array(op, { maxLength: 40 }), fc.nat(9), fc.boolean(), (ops, what, isBad) => {
        const site = new Site();
        for (const one of ops) perform(site, one, new Map(), { at: undefined });
        const [rule, subjectId, item] = things[what]!;
        const look = () => site.see(rule, subjectId, isBad, item === undefined ? {} : { item });
        look();
        const before = [...site.all.values()];
        look();
        expect([...site.all.values()]).toEqual(before);
      }),
    );
  });
});

function perform(
  site: Site,
  one: typeof op extends fc.Arbitrary<infer T> ? T : never,
  badSince: Map<string, number>,
  lossSince: { at: number | undefined },
): void {
  switch (one.do) {
    case 'see': {
      const [rule, subjectId, item] = things[one.what]!;
      const key = `${rule}:${subjectId}`;
      if (!one.isBad) badSince.delete(key);
      else if (!badSince.has(key)) badSince.set(key, site.now);
      site.see(rule, subjectId, one.isBad, item === undefined ? {} : { item });
      break;
    }
    case 'report':
      if (one.loss <= 0.2) lossSince.at = undefined;
      else lossSince.at ??= site.now;
      site.report(one.loss, one.full ? 'full' : 'sweep', one.loss > 0.2 ? 900 : 20);
      break;
    case 'pass':
      site.pass(one.ms);
      break;
    case 'act': {
      const record = [...site.watch.incidents.values()][one.nth];
      if (!record) break;
      const { incidentId } = record;
      const acts = [
        acknowledged(incidentId, 'Ada'),
        closed(incidentId, 'Ada'),
        snoozed(incidentId, 'Ada', site.now + hour),
        noted(incidentId, 'Ada', 'x'),
      ];
      site.do(acts[one.act]!);
      break;
    }
    case 'restart':
      site.restart();
      break;
    case 'maintenance':
      site.inMaintenance = !site.inMaintenance;
      break;
    case 'rules':
      site.rules = { ...rules, 'device.gone': { ...rules['device.gone'], on: !site.rules['device.gone'].on } };
      site.do(rulesChanged);
  }
}
