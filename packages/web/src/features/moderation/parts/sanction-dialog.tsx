import { limits } from '@aerie/contract/limits';
import { type FormEvent, useState } from 'react';
import { useAct } from '../../../app/use-act.ts';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { FormError, SelectField, TextField } from '../../../ui/field.tsx';
import { useNow } from '../../../ui/time.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { durations } from '../durations.ts';
import styles from './sanction-dialog.module.css';

export type Sanctioning =
  | { act: 'kick' | 'mute' | 'ban'; userId: string; name: string }
  /** A ban by address; empty where it is still to be typed. */
  | { act: 'banAddress'; address: string };

/** Puts somebody out, takes their word or closes the door to them: for how long, and why. */
export function SanctionDialog({ sanctioning, onClose }: { sanctioning: Sanctioning; onClose: () => void }) {
  const { t, times, sentence } = useText();
  const figures = useFigures();
  const say = useSay();
  const now = useNow();
  const kick = useAct('user.kick');
  const mute = useAct('user.mute');
  const ban = useAct('user.ban');
  const banAddress = useAct('address.ban');
  const { act } = sanctioning;
  const running = { kick, mute, ban, banAddress }[act];
  const [minutes, setMinutes] = useState<number>(act === 'mute' ? 60 : 1_440);
  const [reason, setReason] = useState('');
  const [address, setAddress] = useState(sanctioning.act === 'banAddress' ? sanctioning.address : '');
  const name = sanctioning.act === 'banAddress' ? address.trim() : sanctioning.name;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const why = reason.trim();
    const onSuccess = () => {
      say(t(`sanction.done.${act}`, { name }));
      onClose();
    };
    if (sanctioning.act === 'banAddress') banAddress.mutate({ address: name, minutes, reason: why }, { onSuccess });
    else if (sanctioning.act === 'kick') kick.mutate({ userId: sanctioning.userId, reason: why }, { onSuccess });
    else (sanctioning.act === 'mute' ? mute : ban).mutate({ userId: sanctioning.userId, minutes, reason: why }, { onSuccess });
  };

  return (
    <Dialog title={t(`sanction.title.${act}`, { name: sanctioning.act === 'banAddress' ? '' : name })} onClose={onClose}>
      <form className={styles.form} onSubmit={submit}>
        <p className={styles.soft}>{t(`sanction.text.${act}`)}</p>
        {sanctioning.act === 'banAddress' && (
          <TextField
            label={t('sanction.address')}
            hint={t('sanction.addressHint')}
            value={address}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
            onChange={event => setAddress(event.target.value)}
            {...(sanctioning.address === '' && { 'data-autofocus': true })}
          />
        )}
        {act !== 'kick' && (
          <SelectField
            label={t('sanction.time')}
            hint={t('sanction.until', { moment: times.short(now + minutes * 60_000) })}
            value={minutes}
            onChange={event => setMinutes(Number(event.target.value))}
          >
            {durations.map(each => (
              <option key={each} value={each}>
                {figures.length(each * 60_000)}
              </option>
            ))}
          </SelectField>
        )}
        <TextField
          label={t('sanction.reason')}
          hint={t(act === 'banAddress' ? 'sanction.reasonAddressHint' : 'sanction.reasonHint')}
          value={reason}
          maxLength={limits.reasonChars}
          autoComplete="off"
          onChange={event => setReason(event.target.value)}
          {...((sanctioning.act !== 'banAddress' || sanctioning.address !== '') && { 'data-autofocus': true })}
        />
        <FormError>{running.isError && sentence(running.error)}</FormError>
        <DialogButtons>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="danger" type="submit" busy={running.isPending} disabled={name === ''}>
            {t(`sanction.submit.${act}`)}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
