import type { enSites } from '../../i18n/en-sites.ts';

type Why = Extract<keyof typeof enSites, `missing.why.${string}`>;

/** The reasons that our own Harvester gives, by their wording. Any other is shown as it came. */
export const knownReasons: Readonly<Record<string, Why>> = {
  'no WAN target is set for this site': 'missing.why.noTarget',
  'nmap is not installed: apt-get install nmap': 'missing.why.noNmap',
  'nmap may not send raw packets: run the Harvester as root, or give its service CAP_NET_RAW': 'missing.why.noRaw',
  'no address is authorised': 'missing.why.noRange',
  'the scan was ended before it was done': 'missing.why.ended',
  'this machine could not open enough connections': 'missing.why.connections',
};

/** Why something is missing, in the reader's language where it is known. */
export function missingReason(reason: string, t: (key: Why) => string): string {
  const key = Object.hasOwn(knownReasons, reason) ? knownReasons[reason] : undefined;
  return key ? t(key) : reason;
}
