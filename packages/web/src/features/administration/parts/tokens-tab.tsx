import type { ApiToken } from '@aerie/contract';
import { type FormEvent, useState } from 'react';
import { useAct } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { FormError, SelectField, TextField } from '../../../ui/field.tsx';
import { Moment, useNow } from '../../../ui/time.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { useTokens } from '../notify-queries.ts';
import dialogs from './dialog-form.module.css';
import { Listing } from './listing.tsx';
import { SecretShown } from './secret-shown.tsx';
import styles from './table.module.css';

const day = 86_400_000;
const lives = [30, 90, 365] as const;
const tokenScopes = ['sites', 'devices', 'reports', 'incidents', 'metrics'] as const satisfies readonly ApiToken['scopes'][number][];

/** Tokens with which programs read: what each may read, who made it, when it was last used. */
export function TokensTab() {
  const { t } = useText();
  const tokens = useTokens();
  const [making, setMaking] = useState(false);
  const add = (
    <Button look="primary" icon="plus" onClick={() => setMaking(true)}>
      {t('tokens.add')}
    </Button>
  );
  return (
    <>
      <div className={styles.bar}>
        <p className={styles.detail}>
          {t('tokens.text')} <a href="/api/docs">{t('tokens.docs')}</a>
        </p>
        <span className={styles.space} />
        {add}
      </div>
      <Listing
        query={tokens}
        expect={3}
        headings={[t('tokens.name'), t('tokens.scopes'), t('tokens.made'), t('tokens.used'), t('tokens.expires')]}
        blank={
          tokens.data?.length === 0 ? (
            <Blank icon="lock" title={t('tokens.none')} action={add}>
              {t('tokens.noneText')}
            </Blank>
          ) : undefined
        }
      >
        {tokens.data?.map(token => (
          <TokenRow key={token.tokenId} token={token} />
        ))}
      </Listing>
      {making && <TokenDialog onClose={() => setMaking(false)} />}
    </>
  );
}

function TokenRow({ token }: { token: ApiToken }) {
  const { t, times, list, sentence } = useText();
  const say = useSay();
  const now = useNow();
  const revoke = useAct('token.revoke');
  const expired = token.expiresAt !== null && token.expiresAt <= now;
  const over = token.revokedAt !== null || expired;
  return (
    <tr className={over ? styles.off : undefined}>
      <td>
        <span className={styles.who}>{token.name}</span>
      </td>
      <td className={styles.soft}>{list(token.scopes.map(scope => t(`scope.${scope}`)))}</td>
      <td className={styles.soft} data-label={t('table.label', { what: t('tokens.made') })}>
        {token.createdBy}, <Moment at={token.createdAt} />
      </td>
      <td className={styles.soft} data-label={t('table.label', { what: t('tokens.used') })}>
        {token.usedAt === null ? t('tokens.never') : <Moment at={token.usedAt} />}
      </td>
      <td className={styles.soft} data-label={t('table.label', { what: t('tokens.expires') })}>
        {token.revokedAt !== null ? (
          <>
            ■ {t('tokens.revoked')} <Moment at={token.revokedAt} />
          </>
        ) : token.expiresAt === null ? (
          t('tokens.noEnd')
        ) : (
          <>
            {expired && `▲ ${t('tokens.expired')} `}
            <span title={times.absolute(token.expiresAt)}>{times.dayYear(token.expiresAt)}</span>
          </>
        )}
      </td>
      <td className={styles.acts}>
        {!over && (
          <Button
            look="quiet"
            busy={revoke.isPending}
            onClick={() =>
              revoke.mutate(
                { tokenId: token.tokenId },
                { onSuccess: () => say(t('tokens.revokedNow', { name: token.name })), onError: error => say(sentence(error), 'bad') },
              )
            }
          >
            {t('tokens.revoke')}
          </Button>
        )}
      </td>
    </tr>
  );
}

function TokenDialog({ onClose }: { onClose: () => void }) {
  const { t, sentence } = useText();
  const create = useAct('token.create');
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<ApiToken['scopes']>(['sites']);
  const [days, setDays] = useState<number>(90);
  if (create.data)
    return <SecretShown title={t('tokens.madeTitle')} text={t('tokens.madeText')} secret={create.data.token} onClose={onClose} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ name: name.trim(), scopes, expiresAt: days === 0 ? null : Date.now() + days * day });
  };
  return (
    <Dialog title={t('tokens.add')} onClose={onClose}>
      <form className={dialogs.form} onSubmit={submit}>
        <TextField
          label={t('tokens.name')}
          hint={t('tokens.nameHint')}
          value={name}
          maxLength={80}
          onChange={event => setName(event.target.value)}
          required
          data-autofocus
        />
        <fieldset className={dialogs.ticks}>
          <legend>{t('tokens.scopes')}</legend>
          {tokenScopes.map(scope => (
            <label key={scope} className={dialogs.tick}>
              <input
                type="checkbox"
                checked={scopes.includes(scope)}
                onChange={event => setScopes(event.target.checked ? [...scopes, scope] : scopes.filter(each => each !== scope))}
              />
              {t(`scope.${scope}.means`)}
            </label>
          ))}
        </fieldset>
        <SelectField label={t('tokens.expires')} value={days} onChange={event => setDays(Number(event.target.value))}>
          {lives.map(count => (
            <option key={count} value={count}>
              {t('tokens.in', { span: t('days', { count }) })}
            </option>
          ))}
          <option value={0}>{t('tokens.noEnd')}</option>
        </SelectField>
        <FormError>{create.isError && sentence(create.error)}</FormError>
        <DialogButtons>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" busy={create.isPending} disabled={name.trim() === '' || scopes.length === 0}>
            {t('tokens.submit')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
