import type { Site } from '@aerie/contract';
import { type FormEvent, useState } from 'react';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { Choice, FormError, TextField } from '../../../ui/field.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { announcement, localMoment, type MaintenanceDraft } from '../maintenance-form.ts';
import { useSiteAct } from '../queries.ts';
import styles from './settings-panel.module.css';

const hour = 3_600_000;

/** Announces maintenance, on the clocks of the site. */
export function MaintenanceDialog({ site, onClose }: { site: Site; onClose: () => void }) {
  const { t, times, sentence } = useText();
  const say = useSay();
  const create = useSiteAct('maintenance.create');
  const [draft, setDraft] = useState<MaintenanceDraft>(() => ({
    title: '',
    kind: 'once',
    from: localMoment(Date.now(), site.zone),
    to: localMoment(Date.now() + 2 * hour, site.zone),
    days: [7],
    clockFrom: '22:00',
    clockTo: '23:00',
    everywhere: false,
  }));
  const set = (fields: Partial<MaintenanceDraft>) => setDraft({ ...draft, ...fields });
  const typed = (field: 'title' | 'from' | 'to' | 'clockFrom' | 'clockTo') => ({
    value: draft[field],
    onChange: (event: { target: { value: string } }) => set({ [field]: event.target.value }),
  });
  const input = announcement(draft, [site.siteId]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!input) return;
    create.mutate(input, {
      onSuccess: () => {
        say(t('maintenance.announced'));
        onClose();
      },
    });
  };
  return (
    <Dialog title={t('maintenance.announceAt', { site: site.name })} onClose={onClose}>
      <form className={styles.form} onSubmit={submit}>
        <TextField label={t('maintenance.what')} maxLength={120} required data-autofocus {...typed('title')} />
        <Choice
          label={t('maintenance.when')}
          value={draft.kind}
          options={[
            { value: 'once', label: t('maintenance.once') },
            { value: 'weekly', label: t('maintenance.everyWeek') },
          ]}
          onChange={kind => set({ kind })}
        />
        {draft.kind === 'once' ? (
          <div className={styles.fields}>
            <TextField type="datetime-local" label={t('maintenance.from')} required {...typed('from')} />
            <TextField type="datetime-local" label={t('maintenance.to')} min={draft.from} required {...typed('to')} />
          </div>
        ) : (
          <>
            <fieldset className={styles.days}>
              <legend>{t('maintenance.days')}</legend>
              {[1, 2, 3, 4, 5, 6, 7].map(day => (
                <label key={day} className={styles.inline}>
                  <input
                    type="checkbox"
                    checked={draft.days.includes(day)}
                    onChange={event => set({ days: event.target.checked ? [...draft.days, day] : draft.days.filter(each => each !== day) })}
                  />
                  {times.weekday(day)}
                </label>
              ))}
            </fieldset>
            <div className={styles.fields}>
              <TextField type="time" label={t('maintenance.from')} required {...typed('clockFrom')} />
              <TextField type="time" label={t('maintenance.to')} required {...typed('clockTo')} />
            </div>
          </>
        )}
        <p className={styles.soft}>{t('maintenance.clocks', { zone: site.zone })}</p>
        <label className={styles.inline}>
          <input type="checkbox" checked={draft.everywhere} onChange={event => set({ everywhere: event.target.checked })} />
          {t('maintenance.atAll')}
        </label>
        <FormError>{create.isError && sentence(create.error)}</FormError>
        <DialogButtons>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" look="primary" disabled={!input} busy={create.isPending}>
            {t('maintenance.announce')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
