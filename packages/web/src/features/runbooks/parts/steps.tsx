import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { piecesOf, type Runbook, type RunbookName, type RunbookStep } from '../runbook.ts';
import { useTicks } from '../use-ticks.ts';
import styles from './runbook.module.css';

const outcomes = ['success', 'failure', 'next'] as const;

/** The steps of a runbook, to be ticked off one by one. */
export function Steps({ runbook, name, about }: { runbook: Runbook; name: RunbookName; about: string }) {
  const { t } = useText();
  const { done, toggle, clear } = useTicks(name, about);
  const count = runbook.parts.reduce((sum, { steps }) => sum + steps.length, 0);
  return (
    <div className={styles.runbook}>
      <p className={styles.soft}>
        <Sentence text={runbook.intro} />
      </p>
      {runbook.parts.map(part => (
        <section key={part.title} aria-label={part.title}>
          <h3>{part.title}</h3>
          <ol className={styles.steps}>
            {part.steps.map(step => (
              <Step key={step.number} step={step} isDone={done.has(step.number)} onToggle={() => toggle(step.number)} />
            ))}
          </ol>
        </section>
      ))}
      <p className={styles.foot} aria-live="polite">
        {t('runbook.done', { done: done.size, count })}
        {done.size > 0 && (
          <Button look="quiet" onClick={clear}>
            {t('runbook.again')}
          </Button>
        )}
      </p>
    </div>
  );
}

function Step({ step, isDone, onToggle }: { step: RunbookStep; isDone: boolean; onToggle: () => void }) {
  return (
    <li data-done={isDone || undefined}>
      <label className={styles.title}>
        <input type="checkbox" checked={isDone} onChange={onToggle} />
        <span>
          {step.number}. {step.title}
        </span>
      </label>
      <p>
        <Sentence text={step.text} />
      </p>
      <dl>
        {step.outcomes.map(({ word, text }, n) => (
          <div key={word}>
            <dt data-is={outcomes[n]}>{word}</dt>
            <dd>
              <Sentence text={text} />
            </dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

function Sentence({ text }: { text: string }) {
  return piecesOf(text).map(piece => (piece.isCode ? <code key={piece.text}>{piece.text}</code> : piece.text));
}
