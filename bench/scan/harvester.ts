import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { firstPolicy, type Policy, type Report, report } from '@aerie/contract/reports';
import { keepIdentity, ProbeKey } from '../../packages/harvester/src/identity.ts';
import { keepPolicy } from '../../packages/harvester/src/policy-file.ts';
import type { Lan } from './lab/lan.ts';

/** The program as it is installed. */
export const harvesterProgram = join(import.meta.dirname, '..', '..', 'packages', 'harvester', 'bin', 'harvester.js');

/** The folder of a probe that was enrolled, knows no device yet and follows a policy. Its Nester is nowhere. */
export function probeFolder(folder: string, policy: Partial<Policy>, { probeId = 'probe', key = ProbeKey.create().pem } = {}): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  keepPolicy(folder, { ...firstPolicy, version: 2, ...policy });
  keepIdentity(folder, { v: 1, url: 'http://127.0.0.1:9', probeId, siteCode: 'S1', siteName: 'Site 1' }, key);
  return folder;
}

export interface Scan {
  seconds: number;
  report: Report;
}

interface ScanHow {
  core: number | undefined;
  args?: readonly string[];
  withoutNames?: boolean;
  /** As on a machine that has no nmap. */
  withoutNmap?: boolean;
}

/** One `harvester scan` in the probe's place, from the start of the program to its end. */
export async function scanOnce(lan: Lan, folder: string, { core, args = [], withoutNames, withoutNmap }: ScanHow): Promise<Scan> {
  const env = { PATH: withoutNmap ? '/nowhere' : process.env.PATH, HOME: folder, HARVESTER_DATA: folder };
  const command = [process.execPath, harvesterProgram, 'scan', '--json', ...args];
  const { code, signal, stdout, stderr, seconds } = await lan.run(command, { env, core, withoutNames });
  if (code !== 0) throw new Error(`harvester scan ended with ${code ?? signal}:\n${stderr.slice(-2_000)}`);
  const found = report.parse(JSON.parse(stdout));
  const expected = withoutNmap ? 'tcp' : 'nmap';
  if (found.scanner !== expected) throw new Error(`The scan was by ${found.scanner}, not by ${expected}: ${JSON.stringify(found.missing)}`);
  return { seconds, report: found };
}
