import type { IncidentStep } from '@aerie/contract';
import { useText } from '../../../i18n/use-text.tsx';
import { Moment, useNow } from '../../../ui/time.tsx';
import { stepNote, stepSentence } from '../steps.ts';
import styles from './incident-panel.module.css';

/** What happened to an incident, oldest first. Notes are text and nothing else. */
export function Timeline({ steps, zone }: { steps: readonly IncidentStep[]; zone: string | undefined }) {
  const { t, times } = useText();
  const now = useNow();
  const elsewhere = zone !== undefined && zone !== Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <ol className={styles.steps}>
      {steps.map(step => {
        const note = stepNote(step);
        return (
          <li key={step.stepId} data-kind={step.kind}>
            <p className={styles.step}>
              <span>{stepSentence(step, now, { t, times })}</span>
              <Moment at={step.at} as="near" className={styles.at} />
              {elsewhere && (
                <span className={styles.at}>
                  {t('steps.at', { clock: times.clockIn(step.at, zone), zone: zone.split('/').at(-1)!.replaceAll('_', ' ') })}
                </span>
              )}
            </p>
            {note && <p className={styles.said}>{note}</p>}
          </li>
        );
      })}
    </ol>
  );
}
