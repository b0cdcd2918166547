import type { Language } from '@aerie/contract/errors';
import { useState } from 'react';
import { useMe } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Choice, SelectField, TextField } from '../../../ui/field.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { useSites } from '../../sites/queries.ts';
import { dayStart } from '../days.ts';
import { type ExportForm, exportAddress } from '../export-address.ts';
import { useChannels } from '../queries.ts';
import styles from './exports-tab.module.css';

const subjects = ['users', 'messages', 'audit', 'devices', 'incidents'] as const;
type Subject = (typeof subjects)[number];
/** What technicians may take out, too. */
const ofSites: readonly Subject[] = ['devices', 'incidents'];

/** Everything as files: for a spreadsheet, for a program, for the archive. Plain links: the browser does the rest. */
export function ExportsTab() {
  const { t, language } = useText();
  const me = useMe();
  const [form, setForm] = useState<ExportForm>('excel');
  const [headings, setHeadings] = useState<Language>(language);
  return (
    <div className={styles.page}>
      <p className={styles.how}>{t('exports.how')}</p>
      <div className={styles.form}>
        <Choice
          label={t('exports.format')}
          value={form}
          options={[
            { value: 'excel', label: t('exports.excel') },
            { value: 'csv', label: 'CSV' },
            { value: 'json', label: 'JSON' },
          ]}
          onChange={setForm}
        />
        {form !== 'json' && (
          <Choice
            label={t('exports.headings')}
            value={headings}
            options={[
              { value: 'fr', label: 'Français' },
              { value: 'en', label: 'English' },
            ]}
            onChange={setHeadings}
          />
        )}
      </div>
      <p className={styles.note}>{t(`exports.means.${form}`)}</p>
      {(me.role === 'admin' ? subjects : ofSites).map(subject => (
        <Export key={subject} subject={subject} form={form} language={headings} />
      ))}
    </div>
  );
}

function Export({ subject, form, language }: { subject: Subject; form: ExportForm; language: Language }) {
  const { t, compare } = useText();
  const channels = useChannels(subject === 'messages');
  const sites = useSites(ofSites.includes(subject));
  const [channelId, setChannelId] = useState('');
  const [siteId, setSiteId] = useState('');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const dated = subject !== 'users' && subject !== 'devices';
  const selection = { channelId, siteId, ...(dated && { from: dayStart(from), to: dayStart(to, 1) }) };
  const sorted = channels.data?.channels.toSorted((a, b) => compare(a.name, b.name)) ?? [];
  const sortedSites = sites.data?.sites.toSorted((a, b) => compare(a.name, b.name)) ?? [];
  return (
    <section className={styles.export} aria-label={t(`exports.${subject}`)}>
      <div className={styles.words}>
        <h2>{t(`exports.${subject}`)}</h2>
        <p className={styles.how}>{t(`exports.${subject}Text`)}</p>
      </div>
      {subject !== 'users' && (
        <div className={styles.selection}>
          {subject === 'messages' && (
            <SelectField label={t('exports.channel')} value={channelId} onChange={event => setChannelId(event.target.value)}>
              <option value="">{t('exports.allChannels')}</option>
              {sorted.map(channel => (
                <option key={channel.channelId} value={channel.channelId}>
                  #{channel.name}
                </option>
              ))}
            </SelectField>
          )}
          {ofSites.includes(subject) && (
            <SelectField label={t('exports.site')} value={siteId} onChange={event => setSiteId(event.target.value)}>
              <option value="">{t('exports.allSites')}</option>
              {sortedSites.map(site => (
                <option key={site.siteId} value={site.siteId}>
                  {site.name}
                </option>
              ))}
            </SelectField>
          )}
          {dated && (
            <>
              <TextField type="date" label={t('exports.since')} value={from} max={to} onChange={event => setFrom(event.target.value)} />
              <TextField type="date" label={t('exports.until')} value={to} min={from} onChange={event => setTo(event.target.value)} />
            </>
          )}
        </div>
      )}
      <a className={styles.link} href={exportAddress(subject, form, language, selection)} download>
        <Icon name="download" />
        {t(`exports.get.${subject}`)}
      </a>
    </section>
  );
}
