import { useText } from '../../../i18n/use-text.tsx';
import { Choice, TextField } from '../../../ui/field.tsx';
import type { MaintenanceDraft } from '../maintenance-form.ts';
import styles from './maintenance-times.module.css';
import { WeekDays } from './week-days.tsx';

interface MaintenanceTimesProps {
  draft: MaintenanceDraft;
  onChange: (fields: Partial<MaintenanceDraft>) => void;
}

/** When maintenance is: once, or every week. */
export function MaintenanceTimes({ draft, onChange }: MaintenanceTimesProps) {
  const { t } = useText();
  const typed = (field: 'from' | 'to' | 'clockFrom' | 'clockTo') => ({
    value: draft[field],
    required: true,
    onChange: (event: { target: { value: string } }) => onChange({ [field]: event.target.value }),
  });
  return (
    <>
      <Choice
        label={t('maintenance.when')}
        value={draft.kind}
        options={[
          { value: 'once', label: t('maintenance.once') },
          { value: 'weekly', label: t('maintenance.everyWeek') },
        ]}
        onChange={kind => onChange({ kind })}
      />
      {draft.kind === 'once' ? (
        <div className={styles.pair}>
          <TextField type="datetime-local" label={t('maintenance.from')} {...typed('from')} />
          <TextField type="datetime-local" label={t('maintenance.to')} min={draft.from} {...typed('to')} />
        </div>
      ) : (
        <>
          <WeekDays legend={t('maintenance.days')} days={draft.days} onChange={days => onChange({ days })} />
          <div className={styles.pair}>
            <TextField type="time" label={t('maintenance.from')} {...typed('clockFrom')} />
            <TextField type="time" label={t('maintenance.to')} {...typed('clockTo')} />
          </div>
        </>
      )}
    </>
  );
}
