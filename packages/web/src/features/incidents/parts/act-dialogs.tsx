import type { Incident } from '@aerie/contract';
import { type FormEvent, useState } from 'react';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { FormError, TextAreaField, TextField } from '../../../ui/field.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { useIncidentAct } from '../queries.ts';
import { incidentSentence } from '../sentences.ts';
import { tomorrowMorning } from '../steps.ts';
import styles from './acts.module.css';

const hour = 3_600_000;

/** An act that asks something first. */
export interface Asked {
  what: 'snooze' | 'resolve';
  incident: Incident;
  /** A note that is typed already. */
  note?: string;
  onDone?: () => void;
}

/** Asks until when, or how it ended. */
export function IncidentDialogs({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  return asked.what === 'snooze' ? <SnoozeDialog asked={asked} onClose={onClose} /> : <ResolveDialog asked={asked} onClose={onClose} />;
}

function SnoozeDialog({ asked: { incident }, onClose }: { asked: Asked; onClose: () => void }) {
  const { t, times, sentence } = useText();
  const say = useSay();
  const snooze = useIncidentAct('incident.snooze');
  const [until, setUntil] = useState<string>();
  const { incidentId } = incident;
  const go = (moment: number) =>
    snooze.mutate(
      { incidentId, until: moment },
      {
        onSuccess: () => {
          say(t('acts.snoozed', { when: times.near(moment, Date.now()) }));
          onClose();
        },
      },
    );
  const typed = until === undefined || until === '' ? Number.NaN : new Date(until).getTime();
  return (
    <Dialog title={t('acts.snoozeTitle')} onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={event => {
          event.preventDefault();
          if (typed > Date.now()) go(typed);
        }}
      >
        <p className={styles.soft}>
          {incidentSentence(incident, t)}. {t('acts.snoozeText')}
        </p>
        <div className={styles.choices}>
          <Button busy={snooze.isPending} onClick={() => go(Date.now() + hour)} data-autofocus>
            {t('acts.snoozeHour')}
          </Button>
          <Button busy={snooze.isPending} onClick={() => go(tomorrowMorning(Date.now()))}>
            {t('acts.snoozeMorning')}
          </Button>
          {until === undefined && <Button onClick={() => setUntil(localField(Date.now() + 4 * hour))}>{t('acts.snoozeUntil')}</Button>}
        </div>
        {until !== undefined && (
          <TextField
            type="datetime-local"
            label={t('acts.snoozeWhen')}
            value={until}
            min={localField(Date.now())}
            error={typed <= Date.now() ? t('acts.snoozePast') : undefined}
            onChange={event => setUntil(event.target.value)}
            autoFocus
            required
          />
        )}
        <FormError>{snooze.isError && sentence(snooze.error)}</FormError>
        <DialogButtons>
          <Button onClick={onClose}>{t('cancel')}</Button>
          {until !== undefined && (
            <Button look="primary" type="submit" busy={snooze.isPending} disabled={!(typed > Date.now())}>
              {t('acts.snooze')}
            </Button>
          )}
        </DialogButtons>
      </form>
    </Dialog>
  );
}

function ResolveDialog({ asked: { incident, note: typed = '', onDone }, onClose }: { asked: Asked; onClose: () => void }) {
  const { t, sentence } = useText();
  const say = useSay();
  const resolve = useIncidentAct('incident.resolve');
  const [note, setNote] = useState(typed);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    resolve.mutate(
      { incidentId: incident.incidentId, ...(note.trim() !== '' && { note: note.trim() }) },
      {
        onSuccess: () => {
          say(t('acts.resolved'));
          onDone?.();
          onClose();
        },
      },
    );
  };
  return (
    <Dialog title={t('acts.resolveTitle')} onClose={onClose}>
      <form className={styles.form} onSubmit={submit}>
        <p>{incidentSentence(incident, t)}</p>
        <p className={styles.soft}>{t('acts.resolveText')}</p>
        <TextAreaField label={t('acts.noteOptional')} value={note} onChange={event => setNote(event.target.value)} data-autofocus />
        <FormError>{resolve.isError && sentence(resolve.error)}</FormError>
        <DialogButtons>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" busy={resolve.isPending}>
            {t('acts.resolve')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

/** A moment as a field for local times shows it, on the reader’s clocks. */
function localField(at: number): string {
  const date = new Date(at);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}T${pad(date.getHours())}:${pad(date.getMinutes())}`;
}
