import { type FormEvent, useState } from 'react';
import { useAct } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { Choice, FormError, SelectField, TextAreaField, TextField } from '../../../ui/field.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { useSites } from '../../sites/queries.ts';
import { useChannels } from '../queries.ts';
import { type Route, type RouteDraft, routeDraft, routeFault, routeFields } from '../route-draft.ts';
import styles from './dialog-form.module.css';
import { SecretShown } from './secret-shown.tsx';
import { SitePicker } from './site-picker.tsx';

/** Says whom incidents are told to, and which; of a webhook it shows the secret, once. */
export function RouteDialog({ route, onClose }: { route: Route | undefined; onClose: () => void }) {
  const { t, language, compare, sentence } = useText();
  const say = useSay();
  const create = useAct('route.create');
  const update = useAct('route.update');
  const channels = useChannels();
  const sites = useSites().data?.sites ?? [];
  const [draft, setDraft] = useState<RouteDraft>(() => routeDraft(route, language));
  const [newSecret, setNewSecret] = useState(false);
  const [tried, setTried] = useState(false);
  const set = (fields: Partial<RouteDraft>) => setDraft({ ...draft, ...fields });
  const secret = create.data?.secret ?? update.data?.secret;
  const fault = routeFault(draft);
  const wrong = (field: typeof fault) => (tried && fault === field ? t(`routes.fault.${field!}`) : undefined);
  const { isPending, isError, error } = route ? update : create;

  if (secret) return <SecretShown title={t('routes.secretTitle')} text={t('routes.secretText')} secret={secret} onClose={onClose} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (fault) return;
    const done = (answer: { secret: string | null }) => {
      say(t('routes.saved', { name: draft.name.trim() }));
      if (answer.secret === null) onClose();
    };
    const fields = routeFields(draft);
    if (route) update.mutate({ routeId: route.routeId, ...fields, newSecret }, { onSuccess: done });
    else create.mutate(fields, { onSuccess: done });
  };
  const open = channels.data?.channels.filter(each => !each.archived).toSorted((a, b) => compare(a.name, b.name)) ?? [];
  return (
    <Dialog title={route ? t('routes.editTitle', { name: route.name }) : t('routes.addTitle')} onClose={onClose} wide>
      <form className={styles.form} onSubmit={submit} noValidate>
        <TextField
          label={t('routes.name')}
          value={draft.name}
          maxLength={80}
          error={wrong('name')}
          onChange={event => set({ name: event.target.value })}
          data-autofocus
        />
        <Choice
          label={t('routes.kind')}
          value={draft.kind}
          options={(['channel', 'mail', 'webhook'] as const).map(value => ({ value, label: t(`routes.kind.${value}`) }))}
          onChange={kind => set({ kind })}
        />
        {draft.kind === 'channel' && (
          <SelectField
            label={t('routes.channel')}
            hint={draft.channelId === '' ? t('routes.ownChannelHint') : undefined}
            value={draft.channelId}
            onChange={event => set({ channelId: event.target.value })}
          >
            <option value="">{t('routes.ownChannel')}</option>
            {open.map(channel => (
              <option key={channel.channelId} value={channel.channelId}>
                #{channel.name}
              </option>
            ))}
          </SelectField>
        )}
        {draft.kind === 'mail' && (
          <TextAreaField
            label={t('routes.to')}
            hint={t('routes.toHint')}
            error={wrong('to')}
            value={draft.to}
            rows={2}
            spellCheck={false}
            onChange={event => set({ to: event.target.value })}
          />
        )}
        {draft.kind === 'webhook' && (
          <>
            <TextField
              type="url"
              label={t('routes.url')}
              hint={t('routes.urlHint')}
              error={wrong('url')}
              value={draft.url}
              maxLength={500}
              placeholder="https://"
              spellCheck={false}
              onChange={event => set({ url: event.target.value })}
            />
            {route?.hasSecret && (
              <label className={styles.tick}>
                <input type="checkbox" checked={newSecret} onChange={event => setNewSecret(event.target.checked)} />
                {t('routes.newSecret')}
              </label>
            )}
          </>
        )}
        <Choice
          label={t('routes.atLeast')}
          value={draft.atLeast}
          options={(['info', 'warning', 'critical'] as const).map(value => ({ value, label: t(`routes.atLeast.${value}`) }))}
          onChange={atLeast => set({ atLeast })}
        />
        <Choice
          label={t('routes.of')}
          value={draft.of}
          options={[
            { value: 'all', label: t('routes.ofAll') },
            { value: 'some', label: t('routes.ofSome') },
          ]}
          onChange={of => set({ of })}
        />
        {draft.of === 'some' && (
          <>
            <SitePicker
              label={t('routes.which')}
              sites={sites}
              siteIds={draft.siteIds}
              onSites={siteIds => set({ siteIds })}
              groups={draft.groups}
              onGroups={groups => set({ groups })}
            />
            <FormError>{wrong('sites')}</FormError>
          </>
        )}
        <Choice
          label={t('routes.language')}
          value={draft.language}
          options={[
            { value: 'fr', label: 'Français' },
            { value: 'en', label: 'English' },
          ]}
          onChange={value => set({ language: value })}
        />
        <label className={styles.tick}>
          <input type="checkbox" checked={draft.on} onChange={event => set({ on: event.target.checked })} />
          {t('routes.on')}
        </label>
        <FormError>{isError && sentence(error)}</FormError>
        <DialogButtons>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" busy={isPending}>
            {t('save')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
