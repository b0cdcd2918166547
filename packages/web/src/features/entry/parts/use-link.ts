import type { CommandOutput } from '@aerie/contract';
import { useCallback, useEffect, useState } from 'react';
import { useNester } from '../../../app/context.ts';

type Link =
  | { state: 'checking' }
  | { state: 'invalid' }
  | { state: 'failed'; error: unknown; retry: () => void }
  | { state: 'valid'; shown: CommandOutput<'invitation.show'> };

/** What a link is for, before it is used. */
export function useLink(token: string): Link {
  const nester = useNester();
  const [attempt, setAttempt] = useState(0);
  const [link, setLink] = useState<Link>({ state: 'checking' });
  const retry = useCallback(() => setAttempt(count => count + 1), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a further attempt asks again
  useEffect(() => {
    if (token === '') return setLink({ state: 'invalid' });
    let current = true;
    setLink({ state: 'checking' });
    nester.call('invitation.show', { token }).then(
      shown => current && setLink({ state: 'valid', shown }),
      error => {
        if (!current) return;
        const { code } = error as { code?: string };
        // A token too short or too long to be one is a mistyped link, too.
        setLink(
          code === 'link_invalid' || code === 'bad_input' || code === 'not_found'
            ? { state: 'invalid' }
            : { state: 'failed', error, retry },
        );
      },
    );
    return () => {
      current = false;
    };
  }, [nester, token, attempt, retry]);
  return link;
}
