import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@aerie/contract';
import { newId } from '../new-id.ts';
import { isOfTheFuture } from '../sites/reports.ts';
import type { IntakeTable } from '../store/schema.ts';
import { Unit } from '../store/unit.ts';
import { freePlace, glanceAt, isGiven, moveFile, type Path, readAny, removeFile } from './files.ts';
import { countDoubleQuery, intakeByDigest, requireSame, updateIntakeQuery } from './intake.store.ts';
import { digestOf, type Verdict } from './judging.ts';
import { safeName } from './names.ts';
import type { IntakeParts } from './parts.ts';
import { keptReason, type Reason, reason, sentenceOf } from './reasons.ts';

/** What became of a file. */
export interface Settled {
  row: IntakeTable;
  /** It was here already: nothing changed. */
  isDouble: boolean;
}

interface Settling {
  /** Its row, when it is one that waited. */
  known?: IntakeTable;
  commit?: (unit: Unit) => Promise<unknown>;
  /** What else becomes durable with it. */
  also?: (unit: Unit) => void;
}

/**
 * Does with files what was judged. The order is: the report, the row that says where the file will lie, the file itself.
 * Whenever the power fails, the file is judged again and the rest is done: the report's id and the file's digest tell what
 * was done already.
 */
export class Taker {
  readonly #parts: IntakeParts;
  readonly #changed: () => void;
  readonly #turns = new Map<string, Promise<unknown>>();
  /** Places whose files are on their way there. */
  readonly #given = new Set<string>();
  #lastAt = 0;

  /** @param changed called when a list of files may be read again */
  constructor(parts: IntakeParts, changed: () => void) {
    this.#parts = parts;
    this.#changed = changed;
  }

  /**
   * @param from where the file lies now: nobody else takes it up
   * @throws AppError `storage_failed`, `busy`, `stopping`: then it lies where it lay
   */
  async settle(verdict: Verdict, from: Path, settling: Settling = {}): Promise<Settled> {
    return await this.inTurn(verdict.digest, () => this.#settle(verdict, from, settling));
  }

  /** Of two who are at files with the same bytes, one waits for what the other does. */
  async inTurn<T>(digest: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(digest) ?? Promise.resolve();
    const done = before.then(work, work);
    this.#turns.set(digest, done);
    try {
      return await done;
    } finally {
      if (this.#turns.get(digest) === done) this.#turns.delete(digest);
      this.#changed();
    }
  }

  async #settle(verdict: Verdict, from: Path, settling: Settling): Promise<Settled> {
    const { store, sites, reached } = this.#parts;
    if (settling.known) await requireSame(store.read, settling.known);
    const before = settling.known ?? (await intakeByDigest(store.read, verdict.digest));
    if (before && !settling.known) {
      if (before.state === 'taken') {
        const other = verdict.place && before.site_id !== verdict.place.siteId ? verdict.place.siteId : undefined;
        if (other === undefined) return await this.#again(before, from);
        const code = sites.place(before.site_id ?? '')?.code ?? '?';
        const digest = `${verdict.digest} ${other}`;
        return await this.#settle({ ...verdict, digest, state: 'quarantined', reason: reason('other_site', { code }) }, from, settling);
      }
      if (verdict.state !== 'taken') return await this.#again(before, from);
    }
    const { verdict: final, isDouble } = await this.#report(verdict);
    await reached?.('reported');
    const row = await this.#rowOf(final, before);
    try {
      const unit = new Unit();
      if (before) unit.run(updateIntakeQuery(store.read, before.intake_id, row));
      else unit.insert('intake', row);
      if (row.state === 'taken') settling.also?.(unit);
      await (settling.commit ?? (one => this.#parts.committer.commit(one)))(unit);
      await reached?.('noted');
      await this.#moveTo(row, from);
    } finally {
      this.#given.delete(row.place ?? '');
    }
    if (before?.place && before.place !== row.place) await this.#clear(before.place);
    await reached?.('moved');
    this.#log(row);
    return { row, isDouble };
  }

  /** Makes the report durable; what cannot be taken in after all is bad. */
  async #report(verdict: Verdict): Promise<{ verdict: Verdict; isDouble: boolean }> {
    const { report, place, shape, text, name } = verdict;
    if (verdict.state !== 'taken' || !report || !place || !shape) return { verdict, isDouble: false };
    const { sites } = this.#parts;
    const refuse = (why: Reason) => ({
      verdict: { ...verdict, state: 'quarantined' as const, reason: why, report: undefined },
      isDouble: false,
    });
    // A Harvester may have sent it by itself.
    const owner = shape === '1' ? await sites.siteOfReport(report.reportId) : undefined;
    if (owner === place.siteId) return { verdict: { ...verdict, reason: reason('known_report') }, isDouble: true };
    if (owner !== undefined) return refuse(reason('other_site', { code: sites.place(owner)?.code ?? '?' }));
    if (isOfTheFuture(report, this.#parts.now())) return refuse(reason('of_the_future', { at: new Date(report.finishedAt).toISOString() }));
    try {
      const { accepted } = await sites.takeFile({ siteId: place.siteId, report, raw: text, file: name, shape });
      return { verdict, isDouble: !accepted };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'bad_report') throw error;
      return refuse(reason('bad_report', { reason: String(error.params.reason) }));
    }
  }

  async #rowOf(verdict: Verdict, before: IntakeTable | undefined): Promise<IntakeTable> {
    const { state, report } = verdict;
    const isWaiting = before?.state === 'quarantined' || before?.state === 'unassigned';
    return {
      intake_id: before?.intake_id ?? newId(),
      name: verdict.name,
      digest: verdict.digest,
      bytes: verdict.bytes,
      at: before?.at ?? this.#moment(),
      state,
      shape: verdict.shape,
      reason: verdict.reason && JSON.stringify(verdict.reason),
      site_id: verdict.place?.siteId ?? null,
      site_code: verdict.folder,
      hint: verdict.hint,
      report_ids: JSON.stringify(state === 'taken' && report ? [report.reportId] : []),
      hosts: verdict.hosts,
      made_at: verdict.madeAt,
      doubles: before?.doubles ?? 0,
      // What waits goes on waiting where it lies.
      place: isWaiting && state !== 'taken' ? before.place : await this.#freePlace(state, verdict.name),
    };
  }

  /** Lists are read page by page, by these times: no two are the same. */
  #moment(): number {
    this.#lastAt = Math.max(this.#parts.now(), this.#lastAt + 1);
    return this.#lastAt;
  }

  async #freePlace(state: IntakeTable['state'], name: string): Promise<string> {
    const month = new Date(this.#parts.now()).toISOString().slice(0, 7);
    const folder = state === 'taken' ? join('inbox', 'done', month) : 'quarantine';
    return await freePlace(this.#parts.folder, folder, safeName(name), this.#given);
  }

  /** The file that a row tells of, once more: a double, or what a power failure left over. */
  async #again(row: IntakeTable, from: Path): Promise<Settled> {
    const { store, committer } = this.#parts;
    if (row.state === 'discarded' || (await this.#isThere(row))) {
      await committer.commit(new Unit().run(countDoubleQuery(store.read, row.intake_id)));
      await removeFile(from);
      this.#parts.log.info('REPORT', 'File came again: nothing was changed', { file: row.name, state: row.state });
      return { row, isDouble: true };
    }
    const place = (await this.#sameFreePlace(row)) ?? (await this.#freePlace(row.state, row.name));
    try {
      if (place !== row.place) await committer.commit(new Unit().run(updateIntakeQuery(store.read, row.intake_id, { place })));
      await this.#moveTo({ ...row, place }, from);
    } finally {
      this.#given.delete(place);
    }
    this.#log(row);
    return { row: { ...row, place }, isDouble: false };
  }

  /** The place of a row, where nothing lies any more. */
  async #sameFreePlace({ place }: IntakeTable): Promise<string | undefined> {
    if (place === null || (await glanceAt(join(this.#parts.folder, place))) || isGiven(place, this.#given)) return undefined;
    this.#given.add(place);
    return place;
  }

  /** True when what the row tells of lies in its place, with the same bytes. */
  async #isThere(row: IntakeTable): Promise<boolean> {
    if (row.place === null) return false;
    const found = await readAny(join(this.#parts.folder, row.place));
    return found !== undefined && row.digest.startsWith(digestOf(found));
  }

  async #moveTo({ place, state, reason: why }: IntakeTable, from: Path): Promise<void> {
    if (place === null) return;
    const path = join(this.#parts.folder, place);
    const kept = keptReason(why);
    if (state !== 'taken' && kept)
      await writeFile(`${path}.reason`, `${sentenceOf(kept, 'en')}\n${sentenceOf(kept, 'fr')}\n`, { mode: 0o600 });
    // A link from another file system was removed: there is nothing to move.
    if (String(from) !== path && (await glanceAt(from))) await moveFile(from, path);
  }

  /** Removes what is left in a place of quarantine. */
  async #clear(place: string): Promise<void> {
    if (!place.startsWith('quarantine')) return;
    const path = join(this.#parts.folder, place);
    await removeFile(path);
    await removeFile(`${path}.reason`);
  }

  #log({ name, state, reason: why, site_id: siteId, shape, hosts }: IntakeTable): void {
    const { log, sites } = this.#parts;
    const kept = keptReason(why);
    const fields = { file: name, site: sites.place(siteId ?? '')?.code ?? null, shape, hosts };
    if (state === 'taken') log.info('REPORT', 'File taken in', fields);
    else if (state === 'unassigned') log.info('REPORT', 'File waits for a site', fields);
    else log.warning('REPORT', 'File put into quarantine', { ...fields, reason: kept && sentenceOf(kept, 'en') });
  }
}
