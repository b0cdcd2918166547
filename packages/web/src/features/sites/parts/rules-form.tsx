import type { IncidentRules } from '@aerie/contract';
import { type FormEvent, useState } from 'react';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { FormError } from '../../../ui/field.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { type SiteDetail, useSiteAct } from '../queries.ts';
import { faultOf, figuresOfRule, keptFigure, type RuleFigure, type SetRule, setRules, shownFigure, withField } from '../rule-form.ts';
import styles from './settings-panel.module.css';

const severities = ['critical', 'warning', 'info'] as const;
const gone = ['all', 'servers', 'labelled'] as const;

/** What makes an incident at a site, and how urgent it is: each rule a sentence with its figures. */
export function RulesForm({ detail, may }: { detail: SiteDetail; may: boolean }) {
  const { t, sentence } = useText();
  const say = useSay();
  const update = useSiteAct('site.update');
  const [draft, setDraft] = useState<IncidentRules>();
  const rules = draft ?? detail.rules;
  const fault = faultOf(rules);
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (!draft || fault) return;
    const changed = Object.fromEntries(setRules.filter(rule => draft[rule] !== detail.rules[rule]).map(rule => [rule, draft[rule]]));
    update.mutate(
      { siteId: detail.site.siteId, rules: changed },
      {
        onSuccess: () => {
          say(t('rules.saved'));
          setDraft(undefined);
        },
      },
    );
  };
  return (
    <form className={styles.section} onSubmit={save} aria-label={t('rules.title')}>
      <h2>{t('rules.title')}</h2>
      <p className={styles.soft}>{t('rules.text')}</p>
      <fieldset disabled={!may || update.isPending} className={styles.rules}>
        {setRules.map(rule => (
          <Rule key={rule} rule={rule} rules={rules} onChange={setDraft} />
        ))}
      </fieldset>
      <FormError>{fault ? t('rules.fault', { rule: t(`rule.${fault}`) }) : update.isError && sentence(update.error)}</FormError>
      {may && (
        <div className={styles.end}>
          {draft && <Button onClick={() => setDraft(undefined)}>{t('cancel')}</Button>}
          <Button type="submit" look="primary" disabled={!draft || fault !== undefined} busy={update.isPending}>
            {t('rules.save')}
          </Button>
        </div>
      )}
    </form>
  );
}

function Rule({ rule, rules, onChange }: { rule: SetRule; rules: IncidentRules; onChange: (rules: IncidentRules) => void }) {
  const { t } = useText();
  const own = rules[rule];
  const name = t(`rule.${rule}`);
  return (
    <div className={styles.rule} data-off={!own.on || undefined}>
      <label className={styles.check}>
        <input type="checkbox" checked={own.on} onChange={event => onChange(withField(rules, rule, { on: event.target.checked }))} />
        <span>
          {name}
          <span className={styles.hint}>{t(`rules.hint.${rule}`)}</span>
        </span>
      </label>
      <div className={styles.figures}>
        {figuresOfRule[rule]?.map(figure => (
          <Figure
            key={figure.field}
            name={name}
            figure={figure}
            value={(own as unknown as Record<string, number>)[figure.field]!}
            onChange={value => onChange(withField(rules, rule, { [figure.field]: value }))}
          />
        ))}
        {rule === 'device.gone' && (
          <select
            className={styles.small}
            aria-label={t('rules.only')}
            value={rules['device.gone'].only}
            onChange={event => onChange(withField(rules, 'device.gone', { only: gone.find(each => each === event.target.value)! }))}
          >
            {gone.map(each => (
              <option key={each} value={each}>
                {t(`rules.only.${each}`)}
              </option>
            ))}
          </select>
        )}
        {rule === 'device.new' && (
          <label className={styles.inline}>
            <input
              type="checkbox"
              checked={rules['device.new'].randomMacs}
              onChange={event => onChange(withField(rules, 'device.new', { randomMacs: event.target.checked }))}
            />
            {t('rules.randomMacs')}
          </label>
        )}
        <select
          className={styles.small}
          aria-label={t('rules.severityOf', { rule: name })}
          value={own.severity}
          onChange={event => onChange(withField(rules, rule, { severity: severities.find(each => each === event.target.value)! }))}
        >
          {severities.map(each => (
            <option key={each} value={each}>
              {t(`severity.${each}`)}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

/** A figure with its words and unit; what makes no sense is not taken over, and said. */
function Figure({ name, figure, value, onChange }: { name: string; figure: RuleFigure; value: number; onChange: (value: number) => void }) {
  const { t } = useText();
  const [typed, setTyped] = useState<string>();
  const words = t(`rules.field.${figure.field}`);
  const isWrong = typed !== undefined && keptFigure(typed, figure) === undefined;
  return (
    <label className={styles.inline}>
      <span>{words}</span>
      <input
        className={styles.number}
        inputMode="decimal"
        aria-label={`${name}: ${words} (${t(`unit.${figure.unit}`)})`}
        aria-invalid={isWrong || undefined}
        title={isWrong ? t('rules.between', { min: figure.min, max: figure.max }) : undefined}
        value={typed ?? shownFigure(value, figure)}
        onChange={event => {
          setTyped(event.target.value);
          const kept = keptFigure(event.target.value, figure);
          if (kept !== undefined && kept !== value) onChange(kept);
        }}
        onBlur={() => setTyped(undefined)}
      />
      <span>{t(`unit.${figure.unit}`)}</span>
    </label>
  );
}
