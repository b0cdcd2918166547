import type { Diagnostic } from '@aerie/contract';
import { diagnosticSentence } from '@aerie/contract/diagnostic-words';
import { useEffect, useRef } from 'react';
import { useMe } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { type Shape, StateMark } from '../../../ui/state-mark.tsx';
import { Moment } from '../../../ui/time.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { requestText } from '../diagnosing.ts';
import { useSiteAct } from '../queries.ts';
import styles from './diagnostics-panel.module.css';

const shapes: Record<Diagnostic['state'], Shape> = {
  asked: 'unknown',
  running: 'unknown',
  done: 'up',
  failed: 'degraded',
  cancelled: 'stale',
  lost: 'stale',
};

/** One diagnostic: what was asked, what came of it, and all that it said; while it runs, as it says it. */
export function DiagnosticRow({ diagnostic, first }: { diagnostic: Diagnostic; first: boolean }) {
  const { t, sentence } = useText();
  const say = useSay();
  const { language } = useMe();
  const cancel = useSiteAct('diagnostic.cancel');
  const output = useRef<HTMLPreElement>(null);
  const { diagnosticId, request, state, summary, lines, by } = diagnostic;
  const runs = state === 'asked' || state === 'running';
  const what = [t(`diagnose.do.${request.do}`), requestText(request)].filter(Boolean).join(' ');

  // The newest line stays in sight while it runs.
  // biome-ignore lint/correctness/useExhaustiveDependencies: there are more lines
  useEffect(() => {
    if (runs) output.current?.scrollTo({ top: output.current.scrollHeight });
  }, [lines.length, runs]);

  return (
    <li className={styles.row}>
      <details open={runs || first}>
        <summary className={styles.summary}>
          <StateMark shape={shapes[state]} word={t(`diagnose.state.${state}`)} calm />
          <span className={styles.asked}>{what}</span>
          <span className={styles.soft}>{summary && diagnosticSentence(summary, language)}</span>
          <span className={styles.when}>
            {t('diagnose.by', { name: by })} <Moment at={diagnostic.startedAt} />
          </span>
        </summary>
        {(lines.length > 0 || !runs) && (
          <pre
            ref={output}
            className={styles.output}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
            tabIndex={0}
            role="log"
            aria-label={t('diagnose.output', { what })}
          >
            {lines.length > 0 ? lines.join('\n') : t('diagnose.quiet')}
          </pre>
        )}
      </details>
      {runs && (
        <Button
          icon="close"
          busy={cancel.isPending}
          onClick={() => cancel.mutate({ diagnosticId }, { onError: error => say(sentence(error), 'bad') })}
        >
          {t('diagnose.cancel')}
        </Button>
      )}
    </li>
  );
}
