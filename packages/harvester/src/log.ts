import { writeSync } from 'node:fs';
import { type Fields, type Level, logLine } from '@aerie/contract/log-line';

export type Area = 'START' | 'STOP' | 'SCAN' | 'REPORT' | 'UPLINK' | 'LOGIN';

export interface Log {
  info(area: Area, sentence: string, fields?: Fields): void;
  warning(area: Area, sentence: string, fields?: Fields): void;
  error(area: Area, sentence: string, fields?: Fields): void;
}

/** A log on stderr: a probe writes a few lines a minute, each at once. */
export function stderrLog(now: () => number = Date.now): Log {
  const write = (level: Level) => (area: Area, sentence: string, fields?: Fields) => {
    try {
      writeSync(2, logLine(now(), level, area, sentence, fields));
    } catch {
      // A full disk or a closed terminal must not stop the probe.
    }
  };
  return { info: write('INFO'), warning: write('WARNING'), error: write('ERROR') };
}
