import type { CommandOutput, Incident, Severity } from '@aerie/contract';
import type { Unit } from '../store/unit.ts';

/** Why an incident is told: `updated` brings what was told up to date, `reminder` asks again. */
export type Told = 'opened' | 'updated' | 'resolved' | 'reminder';

/** What opened during a storm, summed up: one message for all of it, and again when it is over. */
export interface Storm {
  stormId: string;
  beganAt: number;
  /** Null while it goes on. */
  endedAt: number | null;
  /** The worst of it. */
  severity: Severity;
  /** Incidents that were not told one by one. */
  incidents: number;
  /** The sites with the most first. */
  sites: { siteId: string; code: string; name: string; incidents: number; severity: Severity }[];
}

/** How the room has people told. Each call adds to the unit what is to be told, and returns at once. */
export interface Telling {
  stage(unit: Unit, incident: Incident, what: Told): void;
  stageStorm(unit: Unit, storm: Storm): void;
  /** What became of what was to be told of an incident, newest first. */
  deliveriesOf(incidentId: string): Promise<CommandOutput<'incident.show'>['deliveries']>;
}
