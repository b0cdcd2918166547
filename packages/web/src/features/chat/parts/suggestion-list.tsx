import { useEffect, useRef } from 'react';
import { useLive } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Avatar, PresenceMark } from '../../../ui/avatar.tsx';
import { Icon } from '../../../ui/icon.tsx';
import styles from './suggestion-list.module.css';
import type { Suggestion } from './use-suggestions.ts';

interface SuggestionListProps {
  id: string;
  list: readonly Suggestion[];
  at: number;
  onPoint: (index: number) => void;
  onTake: (index: number) => void;
}

/** What may be chosen, above where one writes. The focus stays in the text. */
export function SuggestionList({ id, list, at, onPoint, onTake }: SuggestionListProps) {
  const { t } = useText();
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the entry in question is another one
  useEffect(() => {
    box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  return (
    <div ref={box} id={id} role="listbox" aria-label={t('composer.suggestions')} className={styles.list}>
      {list.map((each, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the text's, as the pattern of a combobox asks
        // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the text
        <div
          key={each.key}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === at}
          className={styles.entry}
          onPointerMove={() => onPoint(index)}
          onMouseDown={event => event.preventDefault()}
          onClick={() => onTake(index)}
        >
          <Entry suggestion={each} />
        </div>
      ))}
    </div>
  );
}

function Entry({ suggestion }: { suggestion: Suggestion }) {
  const { t } = useText();
  const presence = useLive(state => state.presence);
  switch (suggestion.kind) {
    case 'command':
      return (
        <>
          <span className={styles.words}>{suggestion.usage}</span>
          <span className={styles.note}>{suggestion.does}</span>
        </>
      );
    case 'site':
      return (
        <>
          <Icon name="sites" size={14} />
          <span className={styles.words}>{suggestion.insert}</span>
          <span className={styles.note}>{suggestion.name}</span>
        </>
      );
    case 'channel':
      return (
        <>
          <Icon name="hash" size={14} />
          <span className={styles.words}>{suggestion.name}</span>
          <span className={styles.note}>{suggestion.topic}</span>
        </>
      );
    case 'person':
      return (
        <>
          <Avatar id={suggestion.user.userId} name={suggestion.user.name} size={20} />
          <span className={styles.words}>{suggestion.user.name}</span>
          <span className={styles.note}>{!suggestion.isMember && t('mention.notHere')}</span>
          <PresenceMark state={presence.get(suggestion.user.userId) ?? 'offline'} />
        </>
      );
  }
}
