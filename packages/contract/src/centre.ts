/** What stands in the place of a site in an incident about Nester itself. No site has that id; codes of sites are capitals. */
export const centre = { siteId: 'nester', code: 'Nester', name: 'Nester' } as const;

/** Whether somebody who wrote the code of a site meant Nester itself. A site that has that code goes before. */
export function namesCentre(code: string): boolean {
  return code.toUpperCase() === centre.code.toUpperCase();
}
