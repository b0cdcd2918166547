import { limits } from '@aerie/contract/limits';
import { type FormEvent, useState } from 'react';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { FormError, TextAreaField, TextField } from '../../../ui/field.tsx';
import { useSay } from '../../../ui/toast.tsx';
import siteStyles from '../../sites/parts/one-site.module.css';
import { type DeviceDetail, useDeviceAct } from '../queries.ts';
import styles from './device.module.css';

/** What people call a device, and what others should know of it. What is typed stays until it is saved. */
export function NotesCard({ detail }: { detail: DeviceDetail }) {
  const { t, sentence } = useText();
  const say = useSay();
  const update = useDeviceAct('device.update', detail.siteId);
  const [typed, setTyped] = useState<{ label: string; notes: string }>();
  const held = { label: detail.device.label ?? '', notes: detail.notes };
  const shown = typed ?? held;
  const changed = typed !== undefined && (typed.label !== held.label || typed.notes !== held.notes);
  const save = (event: FormEvent) => {
    event.preventDefault();
    update.mutate(
      { deviceId: detail.device.deviceId, label: shown.label.trim() || null, notes: shown.notes },
      {
        onSuccess: () => {
          say(t('device.saved'));
          setTyped(undefined);
        },
      },
    );
  };
  return (
    <form className={siteStyles.card} onSubmit={save} aria-label={t('device.notes')}>
      <div className={siteStyles.cardHead}>
        <h2>{t('device.people')}</h2>
      </div>
      <TextField
        label={t('device.label')}
        hint={t('device.labelHint')}
        maxLength={80}
        value={shown.label}
        onChange={event => setTyped({ ...shown, label: event.target.value })}
        autoComplete="off"
      />
      <TextAreaField
        label={t('device.notes')}
        maxLength={limits.notesChars}
        value={shown.notes}
        onChange={event => setTyped({ ...shown, notes: event.target.value })}
      />
      <FormError>{update.isError && sentence(update.error)}</FormError>
      <div className={styles.end}>
        {changed && <Button onClick={() => setTyped(undefined)}>{t('cancel')}</Button>}
        <Button type="submit" look="primary" disabled={!changed} busy={update.isPending}>
          {t('save')}
        </Button>
      </div>
    </form>
  );
}
