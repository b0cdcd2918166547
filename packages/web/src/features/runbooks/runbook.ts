import type { Incident } from '@aerie/contract';

/** In the order in which they are listed; the files of the same names in docs/runbooks are the one source. */
export const runbookNames = [
  'collection',
  'probe-silent',
  'wan',
  'device-gone',
  'new-device',
  'ports',
  'certificate',
  'quarantine',
  'cloned-probe',
  'backup-late',
] as const;
export type RunbookName = (typeof runbookNames)[number];

const byRule: Partial<Record<Incident['rule'], RunbookName>> = {
  'probe.silent': 'probe-silent',
  'wan.latency': 'wan',
  'wan.loss': 'wan',
  'device.gone': 'device-gone',
  'device.new': 'new-device',
  'port.opened': 'ports',
  'port.closed': 'ports',
  'service.changed': 'ports',
  'certificate.expiring': 'certificate',
  'backup.late': 'backup-late',
};

/** The runbook for what a rule has found; undefined where there is none. */
export function runbookFor(rule: Incident['rule']): RunbookName | undefined {
  return byRule[rule];
}

export interface RunbookStep {
  number: number;
  title: string;
  text: string;
  /** Success, failure, what to do next: each with the word that the file has for it. */
  outcomes: readonly { word: string; text: string }[];
}

export interface Runbook {
  title: string;
  intro: string;
  /** First line, second line. */
  parts: readonly { title: string; steps: readonly RunbookStep[] }[];
}

/** Reads a file of docs/runbooks. @throws Error that names the line which has another form */
export function parseRunbook(text: string): Runbook {
  const parts: { title: string; steps: (RunbookStep & { outcomes: { word: string; text: string }[] })[] }[] = [];
  let title = '';
  let intro = '';
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const step = /^(\d+)\. \*\*(.+?)\.\*\* (.+)$/.exec(line);
    const outcome = /^ {3}- (\p{L}+)\u00a0?: (.+)$/u.exec(line);
    if (line.startsWith('# ')) title = line.slice(2);
    else if (line.startsWith('## ')) parts.push({ title: line.slice(3), steps: [] });
    else if (step && parts.length > 0) parts.at(-1)!.steps.push({ number: Number(step[1]), title: step[2]!, text: step[3]!, outcomes: [] });
    else if (outcome && parts.at(-1)?.steps.length) parts.at(-1)!.steps.at(-1)!.outcomes.push({ word: outcome[1]!, text: outcome[2]! });
    else if (parts.length === 0 && title !== '') intro += (intro && ' ') + line;
    else throw new Error(`line ${index + 1}: ${line}`);
  }
  return { title, intro, parts };
}

/** A sentence in pieces: what stands between backticks is to be typed as it is. */
export function piecesOf(text: string): { text: string; isCode: boolean }[] {
  return text
    .split('`')
    .map((piece, n) => ({ text: piece, isCode: n % 2 === 1 }))
    .filter(piece => piece.text !== '');
}
