import { type FormEvent, useMemo, useState } from 'react';
import { useLive } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { FormError, SelectField, TextField } from '../../../ui/field.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { type SiteDetail, useSiteAct, useSites } from '../queries.ts';
import styles from './settings-panel.module.css';

interface Draft {
  name: string;
  group: string;
  zone: string;
  latitude: string;
  longitude: string;
  channelId: string;
}

/** How a site is called and grouped, where it is, and where its incidents are told. */
export function SiteForm({ detail, may }: { detail: SiteDetail; may: boolean }) {
  const { t, sentence, compare } = useText();
  const say = useSay();
  const update = useSiteAct('site.update');
  const { site } = detail;
  const channels = useLive(state => state.channels);
  const groups = [...new Set(useSites().data?.sites.map(each => each.group))].filter(Boolean).sort(compare);
  const zones = useMemo(() => Intl.supportedValuesOf('timeZone'), []);
  const held: Draft = {
    name: site.name,
    group: site.group,
    zone: site.zone,
    latitude: String(site.latitude ?? ''),
    longitude: String(site.longitude ?? ''),
    channelId: site.channelId ?? '',
  };
  const [draft, setDraft] = useState<Draft>();
  const shown = draft ?? held;
  const set = (fields: Partial<Draft>) => setDraft({ ...shown, ...fields });
  const typed = (field: keyof Draft) => ({
    value: shown[field],
    onChange: (event: { target: { value: string } }) => set({ [field]: event.target.value }),
    readOnly: !may,
  });
  const coordinates = { latitude: coordinate(shown.latitude, 90), longitude: coordinate(shown.longitude, 180) };
  const wrong = { latitude: coordinates.latitude === undefined, longitude: coordinates.longitude === undefined };
  const save = (event: FormEvent) => {
    event.preventDefault();
    const { latitude, longitude } = coordinates;
    if (!draft || latitude === undefined || longitude === undefined) return;
    const { name, group, zone, channelId } = draft;
    update.mutate(
      { siteId: site.siteId, name: name.trim(), group: group.trim(), zone: zone.trim(), latitude, longitude, channelId: channelId || null },
      {
        onSuccess: () => {
          say(t('settings.saved'));
          setDraft(undefined);
        },
      },
    );
  };
  const named = [...channels.values()].filter(channel => channel.kind !== 'direct' && !channel.archived);
  return (
    <form className={styles.section} onSubmit={save} aria-label={t('settings.site')}>
      <h2>{t('settings.site')}</h2>
      <div className={styles.fields}>
        <TextField label={t('newSite.name')} maxLength={80} required {...typed('name')} />
        <TextField label={t('settings.group')} hint={t('settings.groupHint')} maxLength={80} list="site-groups" {...typed('group')} />
        <TextField label={t('settings.zone')} hint={t('settings.zoneHint')} maxLength={64} list="time-zones" required {...typed('zone')} />
        <SelectField
          label={t('settings.channel')}
          value={shown.channelId}
          disabled={!may}
          onChange={event => set({ channelId: event.target.value })}
        >
          <option value="">{t('settings.usualChannel')}</option>
          {named.map(channel => (
            <option key={channel.channelId} value={channel.channelId}>
              #{channel.name}
            </option>
          ))}
        </SelectField>
        <TextField
          label={t('settings.latitude')}
          inputMode="decimal"
          error={wrong.latitude ? t('settings.coordinateHint', { max: 90 }) : undefined}
          {...typed('latitude')}
        />
        <TextField
          label={t('settings.longitude')}
          inputMode="decimal"
          error={wrong.longitude ? t('settings.coordinateHint', { max: 180 }) : undefined}
          {...typed('longitude')}
        />
      </div>
      <datalist id="site-groups">
        {groups.map(group => (
          <option key={group} value={group} />
        ))}
      </datalist>
      <datalist id="time-zones">
        {zones.map(zone => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <FormError>{update.isError && sentence(update.error)}</FormError>
      {may && (
        <div className={styles.end}>
          {draft && <Button onClick={() => setDraft(undefined)}>{t('cancel')}</Button>}
          <Button type="submit" look="primary" disabled={!draft || wrong.latitude || wrong.longitude} busy={update.isPending}>
            {t('save')}
          </Button>
        </div>
      )}
    </form>
  );
}

/** Degrees as typed; null where nothing is, undefined where it makes no sense. */
function coordinate(typed: string, most: number): number | null | undefined {
  const text = typed.trim().replace(',', '.');
  if (text === '') return null;
  const value = Number(text);
  return Math.abs(value) <= most ? value : undefined;
}
