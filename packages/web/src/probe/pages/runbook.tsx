import { useWords } from '../words.tsx';
import styles from './runbook.module.css';

const steps = [1, 2, 3, 4, 5] as const;

/** What the first line does, step by step, and what follows from each outcome. */
export function Runbook() {
  const { t } = useWords();
  return (
    <div className={styles.runbook}>
      <h2>{t('local.runbook')}</h2>
      <p className={styles.soft}>{t('runbook.text')}</p>
      <ol>
        {steps.map(step => (
          <li key={step}>
            <h3>
              <span className={styles.number} aria-hidden="true">
                {step}
              </span>
              {t(`runbook.${step}.title`)}
            </h3>
            <p>{t(`runbook.${step}.do`)}</p>
            <dl>
              <dt data-is="ok">{t('runbook.ok')}</dt>
              <dd>{t(`runbook.${step}.ok`)}</dd>
              <dt data-is="fail">{t('runbook.fail')}</dt>
              <dd>{t(`runbook.${step}.fail`)}</dd>
              <dt>{t('runbook.next')}</dt>
              <dd>{t(`runbook.${step}.next`)}</dd>
            </dl>
          </li>
        ))}
      </ol>
    </div>
  );
}
