import type { Language } from '@aerie/contract/errors';
import { useQuery } from '@tanstack/react-query';
import { parseRunbook, type Runbook, type RunbookName, runbookNames } from './runbook.ts';

/** Each file is loaded when somebody wants to read it. */
const files = import.meta.glob<string>('../../../../../docs/runbooks/*/*.md', { query: '?raw', import: 'default' });

async function load(language: Language, name: RunbookName): Promise<Runbook> {
  const file = Object.keys(files).find(path => path.endsWith(`/${language}/${name}.md`));
  return parseRunbook(await files[file!]!());
}

/** One runbook, in the reader's language. */
export function useRunbook(language: Language, name: RunbookName, wanted = true) {
  return useQuery({
    queryKey: ['runbook', language, name],
    queryFn: () => load(language, name),
    enabled: wanted,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** What each is called, in the order of the list. */
export function useRunbookTitles(language: Language) {
  return useQuery({
    queryKey: ['runbook', language],
    queryFn: () => Promise.all(runbookNames.map(async name => ({ name, title: (await load(language, name)).title }))),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
