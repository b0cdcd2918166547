import type { DiagnosticRequest, Probe } from '@aerie/contract';
import { type FormEvent, useId, useState } from 'react';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { FormError, SelectField, TextField } from '../../../ui/field.tsx';
import { offeredHosts, recordTypes, requestOf, type Typed } from '../diagnosing.ts';
import { type SiteDetail, useSiteAct } from '../queries.ts';
import styles from './diagnostics-panel.module.css';

/** Chooses what a probe is to look at. What was typed stays for the next kind. */
export function DiagnosticForm({ detail, probes }: { detail: SiteDetail; probes: readonly Probe[] }) {
  const { t, sentence } = useText();
  const { policy } = detail;
  const start = useSiteAct('diagnostic.start');
  const [chosenKind, setKind] = useState<DiagnosticRequest['do']>('ping');
  const kind = policy.diagnostics.includes(chosenKind) ? chosenKind : policy.diagnostics[0]!;
  const [chosenProbe, setProbe] = useState(probes[0]!.probeId);
  const probeId = probes.some(probe => probe.probeId === chosenProbe) ? chosenProbe : probes[0]!.probeId;
  const [typed, setTyped] = useState<Typed>({ host: '', port: '', type: 'A', url: '', range: '' });
  const listId = useId();
  const set = (change: Partial<Typed>) => setTyped({ ...typed, ...change });
  const request = requestOf(kind, typed);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (request) start.mutate({ probeId, request });
  };

  return (
    <form className={styles.form} onSubmit={submit}>
      {probes.length > 1 && (
        <SelectField label={t('diagnose.probe')} value={probeId} onChange={event => setProbe(event.target.value)}>
          {probes.map(probe => (
            <option key={probe.probeId} value={probe.probeId}>
              {probe.name}
            </option>
          ))}
        </SelectField>
      )}
      <SelectField label={t('diagnose.what')} value={kind} onChange={event => setKind(event.target.value as DiagnosticRequest['do'])}>
        {policy.diagnostics.map(each => (
          <option key={each} value={each}>
            {t(`diagnose.do.${each}`)}
          </option>
        ))}
      </SelectField>
      {kind === 'scan' ? (
        <SelectField label={t('diagnose.range')} value={typed.range} onChange={event => set({ range: event.target.value })}>
          <option value="">{t('diagnose.allRanges')}</option>
          {policy.ranges.map(range => (
            <option key={range}>{range}</option>
          ))}
        </SelectField>
      ) : kind === 'http' ? (
        <TextField
          label={t('diagnose.url')}
          type="url"
          value={typed.url}
          placeholder="http://192.168.1.1/"
          onChange={event => set({ url: event.target.value })}
          spellCheck={false}
        />
      ) : (
        <TextField
          label={t(kind === 'dns' ? 'diagnose.name' : 'diagnose.host')}
          hint={kind === 'dns' ? undefined : t('diagnose.hostHint')}
          value={typed.host}
          list={listId}
          onChange={event => set({ host: event.target.value })}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
      )}
      <datalist id={listId}>
        {offeredHosts(detail).map(({ value, label }) => (
          <option key={value} value={value} label={label || undefined} />
        ))}
      </datalist>
      {kind === 'tcp' && (
        <TextField
          label={t('diagnose.port')}
          value={typed.port}
          inputMode="numeric"
          onChange={event => set({ port: event.target.value.trim() })}
          autoComplete="off"
        />
      )}
      {kind === 'dns' && (
        <SelectField label={t('diagnose.type')} value={typed.type} onChange={event => set({ type: event.target.value as Typed['type'] })}>
          {recordTypes.map(type => (
            <option key={type}>{type}</option>
          ))}
        </SelectField>
      )}
      <Button type="submit" look="primary" disabled={!request} busy={start.isPending}>
        {t('diagnose.start')}
      </Button>
      <div className={styles.wide}>
        <FormError>{start.isError && sentence(start.error)}</FormError>
      </div>
    </form>
  );
}
