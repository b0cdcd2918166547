import type { Incident } from '@aerie/contract';
import { centre } from '@aerie/contract/centre';
import { atLeast } from '@aerie/contract/roles';
import { Link } from '@tanstack/react-router';
import { useMe } from '../../../app/context.ts';

/** Where an incident is, as a way there: the page of the site, or, of Nester itself, its backups for those who may see them. */
export function IncidentPlace({
  incident: { siteId, siteCode, siteName },
  short = false,
  className,
}: {
  incident: Pick<Incident, 'siteId' | 'siteCode' | 'siteName'>;
  /** Without the site's code. */
  short?: boolean;
  className?: string | undefined;
}) {
  const { role } = useMe();
  const isCentre = siteId === centre.siteId;
  const words = short || isCentre ? siteName : `${siteName} (${siteCode})`;
  if (!atLeast(role, isCentre ? 'admin' : 'technician')) return <span className={className}>{words}</span>;
  return isCentre ? (
    <Link to="/admin/backups" className={className}>
      {words}
    </Link>
  ) : (
    <Link to="/sites/$code" params={{ code: siteCode }} className={className}>
      {words}
    </Link>
  );
}
