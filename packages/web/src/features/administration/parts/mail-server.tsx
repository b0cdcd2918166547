import type { CommandOutput } from '@aerie/contract';
import { deliveryErrorIn } from '@aerie/contract/delivery-words';
import { type FormEvent, useState } from 'react';
import { useAct } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { FormError, SelectField, TextField } from '../../../ui/field.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { useMailServer } from '../notify-queries.ts';
import dialogs from './dialog-form.module.css';
import styles from './sections.module.css';

type Server = NonNullable<CommandOutput<'mail.show'>['server']>;
type Tls = Server['tls'];

const usualPorts: Record<Tls, number> = { starttls: 587, implicit: 465, none: 25 };

/** The mail server that Aerie sends by, and a way to see that it takes mail. */
export function MailServer({ isNeeded }: { isNeeded: boolean }) {
  const { t } = useText();
  const mail = useMailServer();
  const [editing, setEditing] = useState(false);
  const server = mail.data;
  return (
    <section aria-labelledby="mail-title">
      <div className={styles.head}>
        <div>
          <h2 id="mail-title">{t('mail.title')}</h2>
          <p className={styles.text}>{t('mail.text')}</p>
        </div>
      </div>
      <div className={styles.card}>
        {mail.isPending ? (
          <SkeletonRows count={1} />
        ) : mail.isError ? (
          <Failed error={mail.error} retry={() => void mail.refetch()} />
        ) : (
          <>
            <div className={styles.mail}>
              {server ? (
                <p>
                  <span className={styles.mono}>
                    {server.host}:{server.port}
                  </span>{' '}
                  · {t(`mail.tls.${server.tls}`)} · {t('mail.fromWho', { from: server.from })}
                  {server.user !== '' && ` · ${t('mail.asWho', { user: server.user })}`}
                </p>
              ) : (
                <p>
                  {isNeeded ? (
                    <StateMark shape="degraded" word={t('mail.needed')} />
                  ) : (
                    <span className={styles.faint}>{t('mail.none')}</span>
                  )}
                </p>
              )}
              <Button icon="edit" onClick={() => setEditing(true)}>
                {t(server ? 'mail.edit' : 'mail.set')}
              </Button>
            </div>
            {server && <MailTest />}
          </>
        )}
      </div>
      {editing && <MailDialog server={server ?? undefined} onClose={() => setEditing(false)} />}
    </section>
  );
}

function MailTest() {
  const { t, sentence, language } = useText();
  const test = useAct('mail.test');
  const [to, setTo] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    test.mutate({ to: to.trim() });
  };
  return (
    <form onSubmit={submit}>
      <div className={styles.test}>
        <TextField type="email" label={t('mail.testTo')} value={to} onChange={event => setTo(event.target.value)} required />
        <Button type="submit" icon="send" busy={test.isPending}>
          {t('mail.test')}
        </Button>
      </div>
      <div role="status">
        {test.data && (
          <p className={styles.answer} data-bad={!test.data.sent || undefined}>
            {t(test.data.sent ? 'mail.testSent' : 'mail.testFailed', { answer: deliveryErrorIn(language, test.data.answer) })}
          </p>
        )}
        {test.isError && (
          <p className={styles.answer} data-bad>
            {sentence(test.error)}
          </p>
        )}
      </div>
    </form>
  );
}

function MailDialog({ server, onClose }: { server: Server | undefined; onClose: () => void }) {
  const { t, sentence } = useText();
  const say = useSay();
  const save = useAct('mail.set');
  const [draft, setDraft] = useState(() => ({
    host: server?.host ?? '',
    port: server?.port ?? usualPorts.starttls,
    tls: server?.tls ?? ('starttls' as Tls),
    user: server?.user ?? '',
    from: server?.from ?? '',
  }));
  const [password, setPassword] = useState('');
  const set = (fields: Partial<typeof draft>) => setDraft({ ...draft, ...fields });
  const done = (words: string) => () => {
    say(words);
    onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const kept = { ...draft, host: draft.host.trim(), user: draft.user.trim(), from: draft.from.trim() };
    save.mutate({ server: kept, ...(password !== '' && { password }) }, { onSuccess: done(t('mail.saved')) });
  };
  const { code, params } = (save.error ?? {}) as { code?: string; params?: { reason?: unknown } };
  const again = code === 'bad_input' && params?.reason === 'password_again';
  return (
    <Dialog title={t('mail.title')} onClose={onClose} wide>
      <form className={dialogs.form} onSubmit={submit}>
        <div className={dialogs.pair}>
          <TextField
            label={t('mail.host')}
            value={draft.host}
            spellCheck={false}
            onChange={event => set({ host: event.target.value })}
            required
            data-autofocus
          />
          <SelectField
            label={t('mail.security')}
            value={draft.tls}
            onChange={event => {
              const tls = event.target.value as Tls;
              // A port that is usual for one kind is not for another; one that was chosen stays.
              set({ tls, ...(draft.port === usualPorts[draft.tls] && { port: usualPorts[tls] }) });
            }}
          >
            {(['starttls', 'implicit', 'none'] as const).map(each => (
              <option key={each} value={each}>
                {t(`mail.tls.${each}`)}
              </option>
            ))}
          </SelectField>
          <TextField
            type="number"
            label={t('mail.port')}
            min={1}
            max={65_535}
            value={draft.port}
            onChange={event => set({ port: Number(event.target.value) })}
            required
          />
          <TextField
            type="email"
            label={t('mail.from')}
            value={draft.from}
            onChange={event => set({ from: event.target.value })}
            required
          />
          <TextField
            label={t('mail.user')}
            hint={t('mail.userHint')}
            value={draft.user}
            autoComplete="off"
            onChange={event => set({ user: event.target.value })}
          />
          <TextField
            type="password"
            label={t('mail.password')}
            hint={server?.hasPassword ? t('mail.passwordKept') : undefined}
            error={again ? t('mail.passwordAgain') : undefined}
            value={password}
            autoComplete="new-password"
            onChange={event => setPassword(event.target.value)}
          />
        </div>
        <FormError>{save.isError && !again && sentence(save.error)}</FormError>
        <DialogButtons>
          {server && (
            <Button
              look="quiet"
              onClick={() => save.mutate({ server: null }, { onSuccess: done(t('mail.removed')) })}
              disabled={save.isPending}
            >
              {t('mail.remove')}
            </Button>
          )}
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" busy={save.isPending}>
            {t('save')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
