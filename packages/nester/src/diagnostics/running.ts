import {
  type Diagnostic,
  type DiagnosticRequest,
  type DiagnosticSummary,
  diagnosticLimitMs,
  diagnosticLines,
  summaryOf,
} from '@aerie/contract';
import { cleanText } from '../sites/texts.ts';
import type { DiagnosticTable } from '../store/schema.ts';
import { Unit } from '../store/unit.ts';
import { endQuery } from './diagnostics.store.ts';
import type { DiagnosticsParts } from './parts.ts';
import { resultMessage } from './words.ts';

const mostBytes = 64 * 1024;
/** The probe keeps the time itself; this much later Nester gives up on it. */
const graceMs = 5_000;

interface Live {
  readonly row: DiagnosticTable;
  readonly connectionId: string;
  readonly lines: string[];
  bytes: number;
  timer: NodeJS.Timeout;
}

type End = Extract<DiagnosticTable['state'], 'done' | 'failed' | 'cancelled' | 'lost'>;

/** The diagnostics that run now: what their probes say of them, and how each ends, once. */
export class Running {
  readonly #parts: DiagnosticsParts;
  readonly #live = new Map<string, Live>();
  readonly #ending = new Set<Promise<void>>();
  readonly #unsubscribe: (() => void)[];

  constructor(parts: DiagnosticsParts) {
    this.#parts = parts;
    this.#unsubscribe = [
      parts.bus.subscribe('probe.disconnected', gone => this.#lose(gone.probeId, id => id === gone.connectionId)),
      // A line that hangs is replaced: whatever was asked over it is not heard of again.
      parts.bus.subscribe('probe.connected', come => this.#lose(come.probeId, id => id !== come.connectionId)),
    ];
  }

  /** How many a probe does now. */
  countOf(probeId: string): number {
    return [...this.#live.values()].filter(({ row }) => row.probe_id === probeId).length;
  }

  /** As it stands now; undefined when it does not run. */
  row(diagnosticId: string): DiagnosticTable | undefined {
    const live = this.#live.get(diagnosticId);
    return live && { ...live.row, lines: JSON.stringify(live.lines) };
  }

  /** One that was asked for counts from now on; the probe is told when it is on disk. */
  begin(row: DiagnosticTable, connectionId: string): void {
    const timer = setTimeout(() => this.#late(row.diagnostic_id), diagnosticLimitMs[requestOf(row).do] + graceMs);
    this.#live.set(row.diagnostic_id, { row, connectionId, lines: [], bytes: 0, timer });
  }

  /** It could not be kept: it never was. */
  forget(diagnosticId: string): void {
    clearTimeout(this.#live.get(diagnosticId)?.timer);
    this.#live.delete(diagnosticId);
  }

  /** Asks the probe, which may have gone while the record was written. */
  ask(diagnosticId: string): void {
    const live = this.#live.get(diagnosticId);
    if (!live) return;
    const { row } = live;
    const request = requestOf(row);
    const body = { diagnosticId, request, limitMs: diagnosticLimitMs[request.do], by: row.asked_by };
    this.#parts.bus.publish('whispered', { topic: `probe:${row.probe_id}`, event: 'diagnostic.asked', body });
  }

  /** Takes in what a probe says of one of its own; false when it does not run (any more). */
  heard(probeId: string, diagnosticId: string, lines: readonly string[], end?: { state: End; summary: DiagnosticSummary }): boolean {
    const live = this.#live.get(diagnosticId);
    if (live?.row.probe_id !== probeId) return false;
    live.row.state = 'running';
    const added = this.#add(live, lines);
    if (end) this.#end(live, end.state, cleanSummary(end.summary), added);
    else this.#tell(live.row, added);
    return true;
  }

  /** Ends one, and tells the probe to stop. */
  async cancel(diagnosticId: string): Promise<void> {
    const live = this.#live.get(diagnosticId);
    if (!live) return;
    this.#stopAtProbe(live.row);
    await this.#end(live, 'cancelled', summaryOf('cancelled'));
  }

  /** One that a Nester before this one left behind. */
  async bury(row: DiagnosticTable): Promise<void> {
    await this.#close({ ...row, state: 'lost', summary: JSON.stringify(summaryOf('lost')), ended_at: this.#parts.now() });
  }

  async stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    for (const live of [...this.#live.values()]) {
      this.#stopAtProbe(live.row);
      void this.#end(live, 'lost', summaryOf('lost'));
    }
    await Promise.all(this.#ending);
  }

  #add(live: Live, lines: readonly string[]): string[] {
    const added: string[] = [];
    for (const line of lines) {
      const text = cleanText(line).slice(0, 500);
      const bytes = Buffer.byteLength(text) + 3;
      if (live.lines.length >= diagnosticLines || live.bytes + bytes > mostBytes) break;
      live.bytes += bytes;
      live.lines.push(text);
      added.push(text);
    }
    return added;
  }

  #lose(probeId: string, isLost: (connectionId: string) => boolean): void {
    for (const live of [...this.#live.values()])
      if (live.row.probe_id === probeId && isLost(live.connectionId)) void this.#end(live, 'lost', summaryOf('lost'));
  }

  #late(diagnosticId: string): void {
    const live = this.#live.get(diagnosticId);
    if (!live) return;
    this.#stopAtProbe(live.row);
    void this.#end(live, 'failed', summaryOf('late', { seconds: diagnosticLimitMs[requestOf(live.row).do] / 1_000 }));
  }

  #end(live: Live, state: End, summary: DiagnosticSummary, added: string[] = []): Promise<void> {
    this.forget(live.row.diagnostic_id);
    const row: DiagnosticTable = {
      ...live.row,
      state,
      lines: JSON.stringify(live.lines),
      summary: JSON.stringify(summary),
      ended_at: this.#parts.now(),
    };
    const ending = this.#close(row, added).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    return ending;
  }

  /** Keeps the end, and then tells it. */
  async #close(row: DiagnosticTable, added: string[] = []): Promise<void> {
    const { store, committer, log, probe, say } = this.#parts;
    try {
      await committer.commit(new Unit().run(endQuery(store.read, row)));
    } catch (error) {
      // It is over all the same; the next start finds it and calls it lost.
      log.error('STORE', 'The end of a diagnostic could not be stored', {
        diagnostic: row.diagnostic_id,
        reason: (error as Error).message,
      });
    }
    this.#tell(row, added);
    const asked = probe(row.probe_id);
    log.info('PROBE', 'A diagnostic is over', { diagnostic: row.diagnostic_id, site: asked?.siteCode, state: row.state, by: row.asked_by });
    if (row.channel_id === null) return;
    const place = { siteCode: asked?.siteCode ?? '?', probeName: asked?.name ?? '?' };
    try {
      const content = resultMessage(diagnosticOf(row), place, row.language);
      await say(row.channel_id, { key: `diagnostic:${row.diagnostic_id}`, content });
    } catch (error) {
      log.warning('MESSAGE', 'The result of a diagnostic could not be said', { channel: row.channel_id, reason: (error as Error).message });
    }
  }

  #tell(row: DiagnosticTable, lines: string[]): void {
    const { site_id: siteId, diagnostic_id: diagnosticId, state } = row;
    const body = { siteId, diagnosticId, state, lines, summary: summaryIn(row) };
    this.#parts.bus.publish('whispered', { topic: 'sites', event: 'diagnostic.progressed', body });
  }

  #stopAtProbe({ probe_id: probeId, diagnostic_id: diagnosticId }: DiagnosticTable): void {
    this.#parts.bus.publish('whispered', { topic: `probe:${probeId}`, event: 'diagnostic.ended', body: { diagnosticId } });
  }
}

/** A diagnostic as those who look after sites see it. */
export function diagnosticOf(row: DiagnosticTable): Diagnostic {
  return {
    diagnosticId: row.diagnostic_id,
    siteId: row.site_id,
    probeId: row.probe_id,
    by: row.asked_by,
    request: requestOf(row),
    state: row.state,
    lines: JSON.parse(row.lines) as string[],
    summary: summaryIn(row),
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}

function requestOf(row: DiagnosticTable): DiagnosticRequest {
  return JSON.parse(row.request) as DiagnosticRequest;
}

function summaryIn({ summary }: DiagnosticTable): DiagnosticSummary | null {
  return summary === null ? null : (JSON.parse(summary) as DiagnosticSummary);
}

function cleanSummary({ say, with: values }: DiagnosticSummary): DiagnosticSummary {
  const entries = Object.entries(values).slice(0, 10);
  return {
    say: cleanText(say),
    with: Object.fromEntries(entries.map(([key, value]) => [cleanText(key), typeof value === 'string' ? cleanText(value) : value])),
  };
}
