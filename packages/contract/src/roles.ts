/** Roles in ascending order of rights. Each includes what the ones before it may do. */
export const roles = ['viewer', 'member', 'technician', 'admin'] as const;
export type Role = (typeof roles)[number];

/** True when `role` has at least the rights of `needed`. */
export function atLeast(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}
