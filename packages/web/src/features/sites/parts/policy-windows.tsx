import type { Policy } from '@aerie/contract';
import { useState } from 'react';
import { useText } from '../../../i18n/use-text.tsx';
import { Button, IconButton } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/field.tsx';
import { PolicyText } from './policy-field.tsx';
import styles from './policy-panel.module.css';
import { WeekDays } from './week-days.tsx';

type Window = Policy['windows'][number];

/** At night on working days: what is proposed first. */
const first: Window = { days: [1, 2, 3, 4, 5], from: '22:00', to: '06:00' };

interface PolicyWindowsProps {
  policy: Policy;
  may: boolean;
  busy: boolean;
  onChange: (change: Partial<Pick<Policy, 'windows' | 'zone'>>, done?: () => void) => void;
}

/** The hours in which a probe may scan, on which clocks. */
export function PolicyWindows({ policy, may, busy, onChange }: PolicyWindowsProps) {
  const { t, times: dates } = useText();
  const { windows } = policy;
  const [draft, setDraft] = useState(first);
  const words = ({ days, from, to }: Window) => `${days.map(day => dates.weekday(day)).join(' ')} ${from}–${to}`;
  const isThere = windows.some(each => words(each) === words(draft));
  return (
    <section className={styles.entries} aria-labelledby="policy-windows">
      <h3 id="policy-windows">{t('policy.windows')}</h3>
      <p className={styles.soft}>{t(windows.length === 0 ? 'policy.windowsNone' : 'policy.windowsText')}</p>
      {windows.length > 0 && (
        <ul className={styles.list}>
          {windows.map(each => (
            <li key={words(each)} className={styles.entry}>
              <span>{words(each)}</span>
              {may && (
                <IconButton
                  icon="close"
                  label={t('policy.remove', { what: words(each) })}
                  disabled={busy}
                  onClick={() => onChange({ windows: windows.filter(other => other !== each) })}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      {may && (
        <form
          className={styles.window}
          onSubmit={event => {
            event.preventDefault();
            onChange({ windows: [...windows, draft] }, () => setDraft(first));
          }}
        >
          <WeekDays legend={t('policy.windowDays')} days={draft.days} onChange={days => setDraft({ ...draft, days })} />
          <div className={styles.hours}>
            <TextField
              type="time"
              label={t('policy.windowFrom')}
              required
              value={draft.from}
              onChange={event => setDraft({ ...draft, from: event.target.value })}
            />
            <TextField
              type="time"
              label={t('policy.windowTo')}
              required
              value={draft.to}
              onChange={event => setDraft({ ...draft, to: event.target.value })}
            />
            <Button type="submit" disabled={draft.days.length === 0 || isThere || busy}>
              {t('policy.add')}
            </Button>
          </div>
          {draft.to <= draft.from && <p className={styles.soft}>{t('policy.windowHint')}</p>}
        </form>
      )}
      <PolicyText
        label={t('policy.zone')}
        hint={t('settings.zoneHint')}
        value={policy.zone}
        may={may}
        busy={busy}
        onSave={(zone, done) => onChange({ zone: zone.trim() }, done)}
        list="time-zones"
      />
    </section>
  );
}
