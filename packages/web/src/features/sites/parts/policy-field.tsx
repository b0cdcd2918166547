import type { Policy } from '@aerie/contract';
import { type ReactNode, useState } from 'react';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/field.tsx';
import { policyBounds, typedFigure } from '../policy-offers.ts';
import styles from './policy-panel.module.css';

interface PolicyTextProps {
  label: string;
  hint?: ReactNode;
  value: string;
  may: boolean;
  busy: boolean;
  /** What is wrong with what was typed. */
  fault?: (typed: string) => string | undefined;
  onSave: (typed: string, done: () => void) => void;
  /** The id of a list of proposals. */
  list?: string;
  inputMode?: 'numeric';
}

/** A text of the policy with a button that saves it. */
export function PolicyText({ label, hint, value, may, busy, fault, onSave, list, inputMode }: PolicyTextProps) {
  const { t } = useText();
  const [typed, setTyped] = useState<string>();
  const wrong = typed === undefined ? undefined : fault?.(typed);
  return (
    <form
      className={styles.add}
      onSubmit={event => {
        event.preventDefault();
        if (typed !== undefined && wrong === undefined) onSave(typed, () => setTyped(undefined));
      }}
    >
      <TextField
        label={label}
        hint={hint}
        error={wrong}
        value={typed ?? value}
        onChange={event => setTyped(event.target.value)}
        list={list}
        inputMode={inputMode}
        autoComplete="off"
        spellCheck={false}
        readOnly={!may}
      />
      {may && (
        <Button type="submit" disabled={typed === undefined || typed === value || wrong !== undefined} busy={busy}>
          {t('save')}
        </Button>
      )}
    </form>
  );
}

interface PolicyFigureProps {
  label: string;
  field: keyof typeof policyBounds;
  policy: Policy;
  may: boolean;
  busy: boolean;
  onChange: (change: Partial<Record<keyof typeof policyBounds, number>>, done: () => void) => void;
}

/** A whole number of the policy, within what it may be. */
export function PolicyFigure({ label, field, policy, onChange, ...hand }: PolicyFigureProps) {
  const { t, language } = useText();
  const bounds = policyBounds[field];
  const words = new Intl.NumberFormat(language);
  const hint = t('policy.bounds', { min: words.format(bounds.min), max: words.format(bounds.max) });
  return (
    <PolicyText
      label={label}
      hint={hint}
      value={String(policy[field])}
      inputMode="numeric"
      fault={typed => (typedFigure(typed, bounds) === undefined ? hint : undefined)}
      onSave={(typed, done) => onChange({ [field]: typedFigure(typed, bounds) }, done)}
      {...hand}
    />
  );
}
