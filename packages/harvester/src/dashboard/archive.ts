import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DashboardDevices, DashboardWan, ReportDigest, ScanComparison } from '@aerie/contract/dashboard';
import { type Report, report as reportSchema, type WanResult } from '@aerie/contract/reports';
import { isReportName } from '../report-name.ts';
import { changesBetween } from './changes.ts';
import { DeviceBook } from './device-book.ts';
import { digestOf, mean } from './digest.ts';

const dayMs = 86_400_000;
/** Of more files than this the oldest are not read: they are still in the folder. */
const mostFiles = 5_000;
/** How many scans are compared, each with the one before it. */
const mostCompared = 20;

type Digest = Omit<ReportDigest, 'waiting'>;

/** The reports in a probe's folder, as its dashboard shows them. Each file is read once; what was pruned is forgotten. */
export class Archive {
  readonly #reports: string;
  readonly #markers: string;
  readonly #mostFiles: number;
  /** By file name; null for a file that cannot be read as a report. */
  readonly #digests = new Map<string, Digest | null>();
  readonly #devices = new DeviceBook();
  #waiting = new Set<string>();
  #newest: { report: Report; digest: Digest } | undefined;
  #newestFull: { report: Report; digest: Digest } | undefined;
  #newestWan: { at: number; targets: WanResult[] } | undefined;
  #refreshing: Promise<void> | undefined;
  #compared: { of: string; comparisons: ScanComparison[] } | undefined;

  constructor(folder: string, { most = mostFiles }: { most?: number } = {}) {
    this.#reports = join(folder, 'reports');
    this.#markers = join(folder, 'spool');
    this.#mostFiles = most;
  }

  /** Newest first. */
  async list(): Promise<ReportDigest[]> {
    await this.#refresh();
    return this.#sorted().map(digest => this.#whole(digest));
  }

  /** The newest full scan, and the newest report of any kind, with what the full one could not say. */
  async newest(): Promise<{ full: ReportDigest | null; any: ReportDigest | null; missing: Report['missing'] }> {
    await this.#refresh();
    const shown = (one: { digest: Digest } | undefined) => (one ? this.#whole(one.digest) : null);
    return { full: shown(this.#newestFull), any: shown(this.#newest), missing: (this.#newestFull ?? this.#newest)?.report.missing ?? [] };
  }

  /** One report by the name of its file; undefined when there is none of that name. */
  async read(name: string): Promise<{ digest: ReportDigest; report: Report } | undefined> {
    if (!isReportName(name)) return undefined;
    await this.#refresh();
    const report = await this.#parse(name);
    return report && { digest: this.#whole(digestOf(name, report)), report };
  }

  /** A report as its file stands, to be carried elsewhere. */
  async file(name: string): Promise<Buffer | undefined> {
    if (!isReportName(name)) return undefined;
    return await readFile(join(this.#reports, name)).catch(() => undefined);
  }

  async devices(): Promise<DashboardDevices & { count: { up: number; known: number } }> {
    await this.#refresh();
    const since = this.#sorted().at(-1)?.startedAt ?? null;
    return { devices: this.#devices.list(), since, count: this.#devices.count };
  }

  /** The last full scans that found something otherwise than the one before them, newest first; the very last one in any case. */
  async changes(): Promise<ScanComparison[]> {
    await this.#refresh();
    const scans = this.#sorted()
      .filter(({ kind }) => kind === 'full')
      .slice(0, mostCompared + 1);
    const newest = scans[0]?.name ?? '';
    if (this.#compared?.of !== newest) this.#compared = { of: newest, comparisons: await this.#compare(scans) };
    return this.#compared.comparisons;
  }

  /** The WAN of the 24 hours before `now`. */
  async wan(now: number): Promise<DashboardWan> {
    await this.#refresh();
    const series = this.#sorted()
      .filter(digest => digest.wanLoss !== null && digest.finishedAt > now - dayMs && digest.finishedAt <= now)
      .map(digest => ({ at: digest.finishedAt, medianMs: digest.wanMedianMs, loss: digest.wanLoss! }))
      .reverse();
    const { at = null, targets = [] } = this.#newestWan ?? {};
    return { series, meanMs: mean(series.map(({ medianMs }) => medianMs)), at, targets };
  }

  #sorted(): Digest[] {
    return [...this.#digests.values()]
      .filter(digest => digest !== null)
      .sort((a, b) => b.finishedAt - a.finishedAt || (a.name < b.name ? 1 : -1));
  }

  #whole(digest: Digest): ReportDigest {
    return { ...digest, waiting: this.#waiting.has(digest.name) };
  }

  async #compare(scans: readonly Digest[]): Promise<ScanComparison[]> {
    const comparisons: ScanComparison[] = [];
    let after = scans[0] && (await this.#parse(scans[0].name));
    for (const [i, older] of scans.slice(1).entries()) {
      const newer = scans[i]!;
      const before = await this.#parse(older.name);
      if (before && after) {
        const changes = changesBetween(before, after);
        const place = ({ name, finishedAt }: Digest) => ({ name, finishedAt });
        if (i === 0 || changes.length > 0) comparisons.push({ from: place(older), to: place(newer), changes });
      }
      after = before;
    }
    return comparisons;
  }

  /** Reads what came since the last time; whoever comes meanwhile waits for the same reading. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#readNew().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #readNew(): Promise<void> {
    const names = new Set(await namesIn(this.#reports));
    this.#waiting = new Set(await namesIn(this.#markers));
    for (const name of this.#digests.keys()) if (!names.has(name)) this.#digests.delete(name);
    const fresh = await Promise.all(
      [...names].filter(name => !this.#digests.has(name)).map(async name => ({ name, at: await this.#timeOf(name) })),
    );
    fresh.sort((a, b) => b.at - a.at);
    for (const { name } of fresh.slice(this.#mostFiles)) this.#digests.set(name, null);
    // One at a time: the probe has other work than showing itself.
    for (const { name } of fresh.slice(0, this.#mostFiles)) await this.#take(name);
  }

  async #take(name: string): Promise<void> {
    const report = await this.#parse(name);
    const digest = report ? digestOf(name, report) : null;
    this.#digests.set(name, digest);
    if (!report || !digest) return;
    this.#devices.add(report);
    const one = { report, digest };
    if (digest.finishedAt >= (this.#newest?.digest.finishedAt ?? 0)) this.#newest = one;
    if (digest.kind === 'full' && digest.finishedAt >= (this.#newestFull?.digest.finishedAt ?? 0)) this.#newestFull = one;
    if (report.wan.length > 0 && digest.finishedAt >= (this.#newestWan?.at ?? 0))
      this.#newestWan = { at: digest.finishedAt, targets: report.wan };
  }

  async #timeOf(name: string): Promise<number> {
    return await stat(join(this.#reports, name)).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
  }

  async #parse(name: string): Promise<Report | undefined> {
    try {
      return reportSchema.parse(JSON.parse(await readFile(join(this.#reports, name), 'utf8')));
    } catch {
      return undefined;
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).then(
    names => names.filter(isReportName),
    () => [],
  );
}
