import type { Site } from '@aerie/contract';
import { type FormEvent, useState } from 'react';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { FormError, TextField } from '../../../ui/field.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { announcement, type MaintenanceDraft, newDraft } from '../maintenance-form.ts';
import { useSiteAct } from '../queries.ts';
import { MaintenanceTimes } from './maintenance-times.tsx';
import styles from './settings-panel.module.css';

/** Announces maintenance, on the clocks of the site. */
export function MaintenanceDialog({ site, onClose }: { site: Site; onClose: () => void }) {
  const { t, sentence } = useText();
  const say = useSay();
  const create = useSiteAct('maintenance.create');
  const [draft, setDraft] = useState(() => newDraft(Date.now(), site.zone));
  const set = (fields: Partial<MaintenanceDraft>) => setDraft({ ...draft, ...fields });
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
        <TextField
          label={t('maintenance.what')}
          maxLength={120}
          required
          data-autofocus
          value={draft.title}
          onChange={event => set({ title: event.target.value })}
        />
        <MaintenanceTimes draft={draft} onChange={set} />
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
