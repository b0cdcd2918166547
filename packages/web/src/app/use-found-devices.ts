import type { CommandOutput } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';
import { useEffect, useState } from 'react';
import { useConnection, useMe } from './context.ts';

type FoundDevice = CommandOutput<'device.search'>['devices'][number];

/** Letters in a row are one question. */
const typingMs = 200;
/** One letter fits half of all devices. */
const leastChars = 2;
const most = 12;
const none: readonly FoundDevice[] = [];

/** The devices of all sites that fit what is typed: by name, address or MAC. Those of the last answer stay until the next is here. */
export function useFoundDevices(typed: string): readonly FoundDevice[] {
  const connection = useConnection();
  const wanted = /^[@#>]/.test(typed) ? '' : typed.trim();
  const asks = atLeast(useMe().role, 'technician') && wanted.length >= leastChars;
  const [found, setFound] = useState(none);
  useEffect(() => {
    if (!asks) {
      setFound(none);
      return;
    }
    let current = true;
    const timer = setTimeout(() => {
      connection.call('device.search', { query: wanted, limit: most }).then(
        answer => current && setFound(answer.devices),
        // The palette finds everything else without it.
        () => current && setFound(none),
      );
    }, typingMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [connection, wanted, asks]);
  return found;
}
