import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Policy, type Report, report } from '@aerie/contract/reports';
import { harvesterProgram, probeFolder } from '../../bench/scan/harvester.ts';
import type { Ended, Lan } from '../../bench/scan/lab/lan.ts';
import { until, within } from '../kit/wait.ts';

const endMs = 30_000;

/** A Harvester in the probe's place of a lab, enrolled at a Nester that cannot be reached. */
export class LabProbe {
  readonly folder: string;
  readonly #lan: Lan;
  readonly #programs: string;
  #process: ChildProcess | undefined;
  #output = '';
  readonly #listeners = new Set<() => void>();

  constructor(lan: Lan, base: string, policy: Partial<Policy>) {
    this.#lan = lan;
    this.folder = probeFolder(join(base, 'probe'), { wanTargets: [], ...policy });
    this.#programs = join(base, 'programs');
    mkdirSync(this.#programs, { recursive: true });
  }

  /** Puts a script of ours in nmap's place; without one, nmap is the machine's. */
  nmap(script: string): void {
    const path = join(this.#programs, 'nmap');
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }

  /** `harvester scan --json`, to its end. */
  async tryScan(...args: string[]): Promise<Ended> {
    return await this.#lan.run([process.execPath, harvesterProgram, 'scan', '--json', ...args], { env: this.#env });
  }

  /** The report of a scan that must succeed. */
  async scan(...args: string[]): Promise<Report> {
    const { code, stdout, stderr } = await this.tryScan(...args);
    if (code !== 0) throw new Error(`harvester scan ended with ${code}:\n${stderr}`);
    return report.parse(JSON.parse(stdout));
  }

  /** Starts a program of the Harvester's; its words are in `output`. */
  start(...args: string[]): void {
    const child = this.#lan.start([process.execPath, harvesterProgram, ...args], { env: this.#env });
    this.#process = child;
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        for (const listener of this.#listeners) listener();
      });
  }

  /** Resolves when it has said this. */
  async said(text: string, ms?: number): Promise<void> {
    const subscribe = (listener: () => void) => {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    };
    await until(`"${text}" of the Harvester`, subscribe, () => this.#output.includes(text), ms);
  }

  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    const child = this.#process;
    if (!child) return null;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await within(endMs, `the end after ${signal}`, ended);
    }
    return child.exitCode ?? child.signalCode;
  }

  /** Kills it after this time, or sees it end before. */
  async endAfter(ms: number): Promise<void> {
    const child = this.#process!;
    await within(ms, 'the end', once(child, 'exit')).catch(() => {});
    await this.end('SIGKILL');
  }

  /** The reports in its folder, all of which must be whole. */
  reports(): Report[] {
    const folder = join(this.folder, 'reports');
    return readdirSync(folder)
      .filter(name => name.endsWith('.json'))
      .sort()
      .map(name => report.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))));
  }

  get #env(): NodeJS.ProcessEnv {
    const path = [this.#programs, process.env.PATH ?? ''].join(':');
    // Enough for a scan, and too little to hold what a hostile nmap prints.
    const NODE_OPTIONS = '--max-old-space-size=96';
    return { PATH: path, HOME: this.folder, NODE_OPTIONS, HARVESTER_DATA: this.folder, HARVESTER_HTTP: '127.0.0.1:0' };
  }
}

/** Resolves when a file that another program writes holds this text. */
export async function written(folder: string, name: string, text: string, ms?: number): Promise<void> {
  const path = join(folder, name);
  const subscribe = (listener: () => void) => {
    const watcher = watch(folder, listener);
    return () => watcher.close();
  };
  const holds = () => readdirSync(folder).includes(name) && readFileSync(path, 'utf8').includes(text);
  await until(`"${text}" in ${name}`, subscribe, holds, ms);
}

/** Whether a process runs: not gone, and not only waiting to be noticed by its parent. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
