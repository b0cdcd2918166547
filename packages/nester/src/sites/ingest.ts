import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';
import { AppError, type Report } from '@aerie/contract';
import type { FreshReport, Observation } from '../incidents/observation.ts';
import { newId } from '../new-id.ts';
import type { ReportTable, SiteTable } from '../store/schema.ts';
import { Unit } from '../store/unit.ts';
import { insideOf } from './addresses.ts';
import { bookOf } from './books.ts';
import { stageSite } from './changes.ts';
import { observationsOf } from './device-changes.ts';
import { putDevicesQueries, putPortsQueries, putSeenQueries } from './devices.store.ts';
import { compareHosts, type DeviceChanges } from './devices.ts';
import { isSignedBy, reportText } from './enrolment.ts';
import { KnownHosts } from './known-hosts.ts';
import { inTurn, type ProbeRecord, type SiteRecord } from './ledger.ts';
import type { Shared } from './parts.ts';
import { isMacOf } from './report-keys.ts';
import { senderOf } from './reports.store.ts';
import { fileTimesOf, newReportRow, type ReportTimes, readReport, reportBytes, timesOf } from './reports.ts';
import { bestOf, samplesOf } from './series.ts';
import { cleanText } from './texts.ts';

const unzip = promisify(gunzip);

/** A body up to this size is unzipped at once: for the usual report that costs less than handing it to another thread. */
const smallBytes = 16 * 1024;
const leastChunk = 1_024;
const mostChunk = 256 * 1_024;

/** A report as it came by HTTP. */
export interface ProbeUpload {
  probeId: string;
  /** Of the probe's clock when it sent this, epoch milliseconds. */
  time: string;
  signature: string;
  /** With the key on which the live connection agreed; empty when there is none. */
  mac?: string;
  /** Digest of the machine that sends it; empty when it does not say. */
  machine?: string;
  /** As sent: what is signed. */
  body: Buffer;
  gzip: boolean;
}

/** A report that somebody dropped as a file. */
export interface FileReport {
  siteId: string;
  /** As it was understood. Its id tells it again: the same file must have the same. */
  report: Report;
  /** As it came, to the letter. */
  raw: string;
  /** The name of the file; text from outside. */
  file: string;
  shape: string;
}

export interface Receipt {
  reportId: string;
  /** False when this report was there already. */
  accepted: boolean;
}

/** What is taken in, wherever it came from. */
interface Taken {
  site: SiteRecord;
  probe: ProbeRecord | undefined;
  report: Report;
  kept: Pick<ReportTable, 'body' | 'packed'>;
  times: ReportTimes;
  file?: Pick<FileReport, 'raw' | 'file' | 'shape'>;
}

/** What stands in a report that came as a file where a probe's names itself. */
const fileProbe = 'file';

/**
 * Takes reports in. A report, the devices that it changes and the state that follows are one unit; the answer comes when
 * they are on disk. The same report again changes nothing.
 */
export class Ingest {
  readonly #shared: Shared;
  readonly #known = new KnownHosts();

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  /** @throws AppError `probe_refused`, `probe_cloned`, `bad_report`, `storage_failed` */
  async take(upload: ProbeUpload): Promise<Receipt> {
    const probe = this.#signerOf(upload);
    this.#shared.clones.admitReport(probe, upload.machine ?? '');
    try {
      const bytes = upload.gzip ? await unzipped(upload.body) : upload.body;
      const { report, json, isAsItCame } = readReport(bytes, text => this.#known.read(upload.probeId, text));
      if (report.probeId !== probe.row.probe_id) throw new AppError('bad_report', { reason: 'another probe made it' });
      const { site, connectionId, row } = probe;
      const now = this.#shared.now();
      // What a live probe says of its clock is fresh; an upload might have been kept by somebody and sent later.
      const skewMs = (connectionId === undefined ? null : row.clock_skew_ms) ?? Number(upload.time) - now;
      const times = timesOf(report, skewMs, site.policy.scanEveryMs, now);
      // A late report is history only: it waits for no other one of its site, so that a backlog of two weeks shares its syncs.
      const kept = isAsItCame && upload.gzip ? { body: '', packed: upload.body } : { body: json, packed: null };
      const taken: Taken = { site, probe, report, kept, times };
      return await (times.isLate ? this.#keep(taken) : inTurn(site, () => this.#keep(taken)));
    } catch (error) {
      if (error instanceof AppError && error.code === 'bad_report')
        this.#shared.log.warning('REPORT', 'Report refused', {
          probe: upload.probeId,
          site: probe.site.row.code,
          reason: String(error.params.reason),
        });
      throw error;
    }
  }

  /**
   * Takes in a report that came as a file. It speaks of devices unless something newer is known of its site; when it was
   * made long ago, nobody is told.
   * @throws AppError `not_found`, `bad_report`, `storage_failed`
   */
  async takeFile({ siteId, report: understood, raw, file, shape }: FileReport): Promise<Receipt> {
    const site = this.#shared.ledger.site(siteId);
    if (!site) throw new AppError('not_found', { thing: 'site' });
    const { report, json } = readReport(Buffer.from(JSON.stringify({ ...understood, probeId: fileProbe })));
    return await inTurn(site, () => {
      const times = fileTimesOf(report, site.row.last_report_at, this.#shared.now());
      return this.#keep({
        site,
        probe: undefined,
        report,
        kept: { body: json, packed: null },
        times,
        file: { raw, file: cleanText(file).slice(0, 255), shape },
      });
    });
  }

  /** A MAC of the live connection says who sent it, and so does a signature: it may have been on its way while a connection ended. */
  #signerOf({ probeId, time, signature, mac = '', body }: ProbeUpload): ProbeRecord {
    const probe = this.#shared.ledger.probe(probeId);
    if (probe && probe.row.revoked_at === null && /^\d{1,15}$/.test(time)) {
      const { reportKey, connectionId } = probe;
      const hasKey = reportKey !== undefined && reportKey.connectionId === connectionId;
      if ((hasKey && isMacOf(reportKey.key, time, body, mac)) || isSignedBy(probe.key, reportText(time, body), signature)) return probe;
    }
    this.#shared.log.warning('REPORT', 'Report refused', { probe: probeId.slice(0, 64), reason: 'its sender is not known' });
    throw new AppError('probe_refused');
  }

  async #keep(taken: Taken): Promise<Receipt> {
    const { site, probe, report, times } = taken;
    const { reportId } = report;
    // The usual double: the answer to the last one was lost.
    if (site.row.last_report_id === reportId) return { reportId, accepted: false };
    for (let attempt = 0; ; attempt++) {
      const heardBefore = probe && { heardAt: probe.heardAt, presentSince: probe.presentSince, last: probe.row.last_contact_at };
      const unit = await this.#unitOf({ ...taken, times: { ...times, finishedAt: times.finishedAt + attempt } });
      try {
        await this.#shared.committer.commit(unit);
        return { reportId, accepted: true };
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
        const sender = await senderOf(this.#shared.store.read, reportId);
        if (sender !== undefined) {
          // A copy of an old report is no sign of life.
          if (probe && heardBefore) {
            Object.assign(probe, { heardAt: heardBefore.heardAt, presentSince: heardBefore.presentSince });
            probe.row.last_contact_at = heardBefore.last;
          }
          if (sender.probe_id !== (probe?.row.probe_id ?? '') || sender.site_id !== site.row.site_id)
            throw new AppError('bad_report', { reason: 'its id is taken by another one' });
          return { reportId, accepted: false };
        }
        // Something else was in the way: two probes measured in the same millisecond, or the memory is not what is stored.
        if (attempt === 2) throw error;
        site.devices = undefined;
      }
    }
  }

  async #unitOf({ site, probe, report, kept, times, file }: Taken): Promise<Unit> {
    const { store, contacts, ledger, log, now } = this.#shared;
    const siteId = site.row.site_id;
    const { reportId } = report;
    const { finishedAt, isLate } = times;
    const speaksOfDevices = times.isNewest ?? !isLate;
    const devices = speaksOfDevices ? await bookOf(store.read, site) : undefined;
    const samples = samplesOf(report.wan, siteId, finishedAt);
    const row = newReportRow(report, kept, { siteId, probeId: probe?.row.probe_id ?? '', times, now: now(), file });
    const unit = new Unit().insert('report', row);
    for (const sample of samples) unit.insert('wan_sample', sample);
    const wasHeard = !probe || (ledger.hearing(probe, now()) === 'heard' && probe.toldSilent === false);
    if (probe) contacts.heard(probe, now());
    const changes: Partial<SiteTable> = {};
    let fresh: FreshReport | undefined;
    if (devices) {
      const changed = compareHosts(devices, report, finishedAt, siteId, newId);
      this.#stageDevices(unit, changed, isLate);
      if (changed.up !== site.row.devices_up) changes.devices_up = changed.up;
      if (changed.known !== site.row.devices_known) changes.devices_known = changed.known;
      const isNewest = finishedAt >= (site.row.last_report_at ?? 0);
      const wan = bestOf(samples);
      // What a probe kept from before its newest report says nothing of now, however little before.
      const isNews = !isLate && finishedAt >= (probe?.reportedAt ?? site.row.last_report_at ?? 0);
      if (isNews) {
        const machine = report.machine.name || (probe?.row.name ?? '');
        fresh = { siteId, probeId: probe?.row.probe_id ?? null, machine, kind: row.kind, wan };
        this.#observe(unit, changed, insideOf(devices.lookedAt.get(row.probe_id) ?? []));
        unit.onSettled(written => {
          if (!written) return;
          if (probe) probe.reportedAt = finishedAt;
          if (report.targets.length > 0) devices.lookedAt.set(row.probe_id, report.targets);
        });
      }
      if (isNewest) {
        changes.last_report_at = finishedAt;
        if (file) changes.last_file_at = finishedAt;
        // A page tells of the last whole scan; what a sweep says besides is read from the newest report.
        if (report.kind !== 'sweep') changes.last_report_id = reportId;
        Object.assign(changes, { wan_median_ms: wan?.medianMs ?? null, wan_loss: wan?.loss ?? null });
      }
    }
    if (devices) stageSite(this.#shared, unit, site, changes, undefined, fresh);
    else if (!wasHeard) contacts.settleSoon(site);
    unit.event('report.accepted', ['sites'], { siteId, reportId }, () => ({ siteId, reportId }));
    unit.onSettled(written => {
      if (!written) return;
      const { hosts_up: hostsUp, open_ports: openPorts } = row;
      const from = file ? { file: file.file } : {};
      const sentence = isLate ? 'Late report kept' : 'Report accepted';
      log.info('REPORT', sentence, { report: reportId, site: site.row.code, hostsUp, openPorts, ...from });
    });
    return unit;
  }

  /** What is late is no history: nobody saw it happen. */
  #stageDevices(unit: Unit, changed: DeviceChanges, isLate: boolean): void {
    const { read } = this.#shared.store;
    for (const query of [...putDevicesQueries(read, changed.devices), ...putSeenQueries(read, changed.seen)]) unit.run(query);
    for (const query of putPortsQueries(read, changed.ports)) unit.run(query);
    if (!isLate) for (const row of changed.history) unit.insert('device_change', row);
    unit.onSettled(written => {
      if (written) changed.apply();
    });
  }

  /** @param wasLookedAt whether the report before looked at an address: a device is new only where nobody was */
  #observe(unit: Unit, { changed }: DeviceChanges, wasLookedAt: (address: string) => boolean): void {
    const observed: Observation[] = [];
    for (const { row, ports, changes } of changed)
      for (const change of changes)
        for (const seen of observationsOf(row, ports, change))
          if (seen.rule !== 'device.new' || wasLookedAt(row.address)) observed.push(seen);
    if (observed.length > 0) this.#shared.observe(unit, ...observed);
  }
}

async function unzipped(body: Buffer): Promise<Buffer> {
  try {
    const options = { maxOutputLength: reportBytes, chunkSize: chunkFor(body) };
    return body.length <= smallBytes ? gunzipSync(body, options) : await unzip(body, options);
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new AppError('bad_report', { reason: isTooLarge ? 'unzipped, it is larger than 8 MiB' : 'it is not gzip' });
  }
}

/** Room for all of it at once, as its last four bytes say (RFC 1952, 2.3.1), which anybody may have written. */
function chunkFor(body: Buffer): number {
  const said = body.length < 4 ? 0 : body.readUInt32LE(body.length - 4) + 1;
  return Math.min(Math.max(said, leastChunk), mostChunk);
}
