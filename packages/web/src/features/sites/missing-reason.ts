import type { enSites } from '../../i18n/en-sites.ts';

type Why = Extract<keyof typeof enSites, `missing.why.${string}`>;

/** The reasons that our own Harvester gives, and those of reports that came as files, by their wording. Any other is shown as it came. */
export const knownReasons: Readonly<Record<string, Why>> = {
  'no WAN target is set for this site': 'missing.why.noTarget',
  'nmap is not installed: apt-get install nmap': 'missing.why.noNmap',
  'nmap may not send raw packets: run the Harvester as root, or give its service CAP_NET_RAW': 'missing.why.noRaw',
  'no address is authorised': 'missing.why.noRange',
  'the scan was ended before it was done': 'missing.why.ended',
  'this machine could not open enough connections': 'missing.why.connections',
  'the file tells a mean of an unknown number of answers: losses are not known': 'missing.why.meanOnly',
  'this kind of file has none': 'missing.why.notInFile',
  'how sure the guesses are is not said': 'missing.why.unsure',
  'which ports were looked at is not said: only open ones are listed': 'missing.why.onlyOpen',
  'which ports were looked at is not said: only those listed are known': 'missing.why.onlyListed',
  'it was not measured': 'missing.why.notMeasured',
  'which addresses were looked at is not said: nobody counts as absent': 'missing.why.noTargets',
  'which addresses were looked at is not clear: nobody counts as absent': 'missing.why.unclearTargets',
  'nmap does not measure it': 'missing.why.notByNmap',
  'only hosts were looked for': 'missing.why.onlyHosts',
  'it was not asked for': 'missing.why.notAsked',
  'no versions were asked for, or none was told': 'missing.why.noVersions',
};

/** Those that go on after a colon, with a figure or with words of the file. */
export const knownHeads: Readonly<Record<string, Why>> = {
  'hosts without an address': 'missing.why.nameless',
  'hosts looked at by TCP connections only, without versions and systems': 'missing.why.byTcp',
  'hosts that did not answer and are not listed': 'missing.why.unlisted',
  'the file says': 'missing.why.fileSays',
};

/** Why something is missing, in the reader's language where it is known. */
export function missingReason(reason: string, t: (key: Why, params?: { rest: string }) => string): string {
  const key = Object.hasOwn(knownReasons, reason) ? knownReasons[reason] : undefined;
  if (key) return t(key);
  const [head, ...rest] = reason.split(': ');
  const began = head !== undefined && rest.length > 0 && Object.hasOwn(knownHeads, head) ? knownHeads[head] : undefined;
  return began ? t(began, { rest: rest.join(': ') }) : reason;
}
