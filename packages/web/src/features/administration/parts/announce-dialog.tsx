import type { Site } from '@aerie/contract';
import { type FormEvent, useState } from 'react';
import { useAct } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { Choice, FormError, TextField } from '../../../ui/field.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { announcement, type MaintenanceDraft, newDraft } from '../../sites/maintenance-form.ts';
import { MaintenanceTimes } from '../../sites/parts/maintenance-times.tsx';
import styles from './dialog-form.module.css';
import { SitePicker } from './site-picker.tsx';

const hour = 3_600_000;

/** Announces maintenance at some sites, or at all: always on the clocks of each. */
export function AnnounceDialog({ sites, onClose }: { sites: readonly Site[]; onClose: () => void }) {
  const { t, sentence } = useText();
  const say = useSay();
  const create = useAct('maintenance.create');
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [siteIds, setSiteIds] = useState<string[]>([]);
  const [draft, setDraft] = useState(() => newDraft(Date.now() + hour, own));
  const set = (fields: Partial<MaintenanceDraft>) => setDraft({ ...draft, ...fields });
  const input = draft.everywhere || siteIds.length > 0 ? announcement(draft, siteIds) : undefined;
  const zones = [...new Set(sites.filter(site => draft.everywhere || siteIds.includes(site.siteId)).map(site => site.zone))];
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
    <Dialog title={t('maintenance.announce')} onClose={onClose} wide>
      <form className={styles.form} onSubmit={submit}>
        <p className={styles.soft}>{t('maintenance.text')}</p>
        <TextField
          label={t('maintenance.what')}
          maxLength={120}
          required
          data-autofocus
          value={draft.title}
          onChange={event => set({ title: event.target.value })}
        />
        <Choice
          label={t('maintenance.where')}
          value={draft.everywhere ? 'all' : 'some'}
          options={[
            { value: 'some', label: t('maintenance.someSites') },
            { value: 'all', label: t('maintenance.allSites') },
          ]}
          onChange={where => set({ everywhere: where === 'all' })}
        />
        {!draft.everywhere && <SitePicker label={t('maintenance.whichSites')} sites={sites} siteIds={siteIds} onSites={setSiteIds} />}
        <MaintenanceTimes draft={draft} onChange={set} />
        <p className={styles.soft}>
          {zones.length === 1 ? t('maintenance.clocks', { zone: zones[0]! }) : t('maintenance.eachClocks')}
          {zones.some(zone => zone !== own) && ` ${t('maintenance.yours', { zone: own })}`}
        </p>
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
