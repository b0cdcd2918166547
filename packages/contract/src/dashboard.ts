import type { MissingFact, Policy, Report } from './reports.ts';

/**
 * What a Harvester's own dashboard is told by the Harvester that serves it. All of it comes from the probe's folder and
 * machine, so that it holds while Nester is out of reach. Times are epoch milliseconds.
 */

/** Who looks: whether a password is asked here, and the token that acts need. */
export interface DashboardSession {
  /** The password is asked before anything is shown. */
  needsPassword: boolean;
  /** There is a password here: whoever is inside may log out. */
  asksPassword: boolean;
  token: string;
}

export type ProbeLink = 'connecting' | 'live' | 'waiting' | 'refused' | 'cloned' | 'stopped';

export interface ScanProgress {
  phase: string;
  done: number;
  total: number;
}

/** One report in a line. */
export interface ReportDigest {
  name: string;
  kind: 'full' | 'sweep';
  scanner: Report['scanner'];
  version: string;
  startedAt: number;
  finishedAt: number;
  hostsUp: number;
  openPorts: number;
  /** Of all targets that answered; null when none did, or none was asked. */
  wanMedianMs: number | null;
  wanLoss: number | null;
  missing: number;
  /** Nester lacks it. */
  waiting: boolean;
}

export interface DashboardStatus {
  now: number;
  machine: { name: string; addresses: string[] };
  site: { code: string; name: string };
  probeId: string;
  version: { version: string; date: string; commit: string };
  nester: { url: string; link: ProbeLink };
  /** Another machine works with this probe's key. */
  clone: { name: string } | null;
  spoolDepth: number;
  /** Reports that wait in memory for room on the disk, and reports that were dropped before they were sent. */
  unwritten: number;
  dropped: number;
  /** This machine's clock minus Nester's; null until Nester was heard. */
  clockSkewMs: number | null;
  policy: Policy;
  refusedPolicy: { version: number; reason: string } | null;
  scanning: boolean;
  scan: ScanProgress | null;
  /** The last whole scan, and the last pass of any kind. */
  lastScan: ReportDigest | null;
  lastReport: ReportDigest | null;
  missing: MissingFact[];
  devices: { up: number; known: number };
  /** Mean of the medians of 24 hours. */
  wanMeanMs: number | null;
}

/** What changes under the eyes of whoever looks; told as it happens. */
export interface DashboardNews {
  link: ProbeLink;
  scanning: boolean;
  scan: ScanProgress | null;
  spoolDepth: number;
  /** The name of the newest report: another one means that lists may be read again. */
  latest: string | null;
  policyVersion: number;
}

export interface DashboardDevice {
  address: string;
  hostname: string | null;
  mac: string | null;
  vendor: string | null;
  randomMac: boolean;
  os: string | null;
  status: 'up' | 'down' | 'unknown';
  rttMs: number | null;
  firstSeenAt: number;
  lastSeenAt: number;
  openPorts: { port: number; protocol: 'tcp' | 'udp'; service: string | null }[];
}

export interface DashboardDevices {
  devices: DashboardDevice[];
  /** The oldest report that was read: nothing can have been seen before it. */
  since: number | null;
}

export interface ScanChange {
  kind: 'appeared' | 'gone' | 'opened' | 'closed' | 'renamed' | 'system' | 'hardware';
  address: string;
  name: string | null;
  /** `443/tcp`, for ports. */
  port?: string;
  was?: string;
  is?: string;
}

/** What one scan found otherwise than the one before it. */
export interface ScanComparison {
  from: { name: string; finishedAt: number };
  to: { name: string; finishedAt: number };
  changes: ScanChange[];
}

export interface WanPoint {
  at: number;
  medianMs: number | null;
  loss: number;
}

export interface DashboardWan {
  series: WanPoint[];
  meanMs: number | null;
  /** When the last measure was made, and what it gave for each target. */
  at: number | null;
  targets: Report['wan'];
}
