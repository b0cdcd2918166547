/** The shapes under which what became of a delivery is known. */
export const fateShapes = { waiting: 'unknown', sent: 'up', failed: 'down' } as const;

/** The shapes under which the states of a dropped file are known. */
export const intakeShapes = { taken: 'up', unassigned: 'degraded', quarantined: 'down', discarded: 'unknown' } as const;
