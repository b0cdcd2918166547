import { EventEmitter } from 'node:events';
import type { Fields } from '@aerie/contract/log-line';
import type { ReportedHost } from '@aerie/contract/reports';
import type { Log } from '../src/log.ts';
import type { Sources } from '../src/report.ts';
import { bareHost, barePort, type Findings, type ScanRequest } from '../src/scan/findings.ts';

/** A log that keeps its lines, and tells of each: `line`. */
export class KeptLog extends EventEmitter implements Log {
  readonly lines: { level: string; area: string; sentence: string; fields: Fields }[] = [];
  readonly info = this.#keeper('info');
  readonly warning = this.#keeper('warning');
  readonly error = this.#keeper('error');

  #keeper(level: string) {
    return (area: string, sentence: string, fields: Fields = {}) => {
      this.lines.push({ level, area, sentence, fields });
      this.emit('line');
    };
  }

  has(text: string): boolean {
    return this.lines.some(({ sentence }) => sentence.includes(text));
  }
}

/** Sources that send nothing: every address that is asked for is up with port 80 open. Keeps what was asked. */
export class QuietSources implements Sources {
  readonly asked: ScanRequest[] = [];
  /** Set to make scans wait until it is called, or aborted. */
  held: PromiseWithResolvers<void> | undefined;

  readonly scan = async (request: ScanRequest): Promise<Findings> => {
    this.asked.push(request);
    if (this.held) {
      const aborted = new Promise<never>((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)));
      await Promise.race([this.held.promise, aborted]);
    }
    const hosts: ReportedHost[] = request.addresses.map(address => bareHost(address, 'up', [barePort(80, 'open')]));
    return { scanner: 'tcp', hosts, missing: [] };
  };
  readonly names = async (): ReturnType<Sources['names']> => ({ names: new Map() });
  readonly wan = async () => ({ wan: [], missing: [] });
  readonly now = () => Date.now();
}
