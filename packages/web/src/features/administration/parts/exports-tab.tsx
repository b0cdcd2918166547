import type { Language } from '@aerie/contract/errors';
import { useState } from 'react';
import { useText } from '../../../i18n/use-text.tsx';
import { Choice, SelectField, TextField } from '../../../ui/field.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { dayStart } from '../days.ts';
import { useChannels } from '../queries.ts';
import styles from './exports-tab.module.css';

const subjects = ['users', 'messages', 'audit'] as const;
type Subject = (typeof subjects)[number];
type Form = 'excel' | 'csv' | 'json';

/** What is taken out and how: the query of the export's address. */
function query(form: Form, language: Language, selection: Record<string, string | number | undefined>): string {
  const asked = new URLSearchParams({ format: form === 'json' ? 'json' : 'csv' });
  if (form !== 'json') asked.set('language', language);
  if (form === 'excel') {
    asked.set('bom', '1');
    if (usesDecimalComma()) asked.set('separator', 'semicolon');
  }
  for (const [name, value] of Object.entries(selection)) if (value !== undefined && value !== '') asked.set(name, String(value));
  return asked.toString();
}

/** Where a comma is the decimal sign, a spreadsheet looks for semicolons between cells. */
function usesDecimalComma(): boolean {
  return new Intl.NumberFormat(navigator.language).format(1.5).includes(',');
}

/** Everything as files: for a spreadsheet, for a program, for the archive. Plain links: the browser does the rest. */
export function ExportsTab() {
  const { t, language } = useText();
  const [form, setForm] = useState<Form>('excel');
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
      {subjects.map(subject => (
        <Export key={subject} subject={subject} form={form} language={headings} />
      ))}
    </div>
  );
}

function Export({ subject, form, language }: { subject: Subject; form: Form; language: Language }) {
  const { t, compare } = useText();
  const channels = useChannels();
  const [channelId, setChannelId] = useState('');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const selection = { channelId, from: dayStart(from), to: dayStart(to, 1) };
  const sorted = channels.data?.channels.toSorted((a, b) => compare(a.name, b.name)) ?? [];
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
          <TextField type="date" label={t('exports.since')} value={from} max={to} onChange={event => setFrom(event.target.value)} />
          <TextField type="date" label={t('exports.until')} value={to} min={from} onChange={event => setTo(event.target.value)} />
        </div>
      )}
      <a className={styles.link} href={`/api/export/${subject}?${query(form, language, subject === 'users' ? {} : selection)}`} download>
        <Icon name="download" />
        {t(`exports.get.${subject}`)}
      </a>
    </section>
  );
}
