import type { CommandInput } from '@aerie/contract';
import { type FormEvent, useState } from 'react';
import { useMe } from '../../../app/context.ts';
import { useFigures } from '../../../i18n/figures.ts';
import type { Key } from '../../../i18n/translate.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button, IconButton } from '../../../ui/button.tsx';
import { FormError, SelectField, TextField } from '../../../ui/field.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { intervals, offeredRanges, usualTargets } from '../policy-offers.ts';
import { type SiteDetail, useSiteAct } from '../queries.ts';
import { AllowedDiagnostics } from './allowed-diagnostics.tsx';
import styles from './policy-panel.module.css';

type Change = CommandInput<'site.setPolicy'>['policy'];

/** What the site's probes may touch and how often; administrators change it, and each change holds at once. */
export function PolicyPanel({ detail }: { detail: SiteDetail }) {
  const { t, sentence } = useText();
  const say = useSay();
  const me = useMe();
  const { span } = useFigures();
  const { policy, probes, site } = detail;
  const set = useSiteAct('site.setPolicy');
  const [ports, setPorts] = useState<string>();
  const may = me.role === 'admin';
  const change = (change: Change, done?: () => void) =>
    set.mutate(
      { siteId: site.siteId, policy: change },
      {
        onSuccess: () => {
          say(t('policy.saved'));
          done?.();
        },
      },
    );
  const networks = probes.filter(probe => probe.revokedAt === null).map(probe => probe.networks);

  return (
    <section className={styles.panel} aria-label={t('site.tab.policy')}>
      <p className={styles.soft}>
        {t('policy.version', { version: policy.version })} {!may && t('policy.closed')}
      </p>
      <FormError>{set.isError && sentence(set.error)}</FormError>
      <Entries
        words={{ title: 'policy.ranges', text: 'policy.rangesText', none: 'policy.rangesNone', other: 'policy.addRange' }}
        entries={policy.ranges}
        offered={offeredRanges(networks, policy.ranges)}
        offer={{ intro: 'policy.offered', words: range => t('policy.authorise', { range }) }}
        may={may}
        busy={set.isPending}
        onChange={(ranges, done) => change({ ranges }, done)}
      />
      <label className={styles.check}>
        <input
          type="checkbox"
          checked={policy.gateway === 'auto'}
          disabled={!may || set.isPending}
          onChange={event => change({ gateway: event.target.checked ? 'auto' : 'off' })}
        />
        {t('policy.gateway')}
      </label>
      <Entries
        words={{ title: 'policy.provider', text: 'policy.providerText', none: 'policy.providerNone', other: 'policy.addTarget' }}
        entries={policy.providerTargets}
        offered={[]}
        offer={{ intro: 'policy.usual', words: target => t('policy.measure', { target }) }}
        may={may}
        busy={set.isPending}
        onChange={(providerTargets, done) => change({ providerTargets }, done)}
      />
      <Entries
        words={{ title: 'policy.targets', text: 'policy.targetsText', none: 'policy.targetsNone', other: 'policy.addTarget' }}
        entries={policy.wanTargets}
        offered={usualTargets.filter(target => !policy.wanTargets.includes(target))}
        offer={{ intro: 'policy.usual', words: target => t('policy.measure', { target }) }}
        may={may}
        busy={set.isPending}
        onChange={(wanTargets, done) => change({ wanTargets }, done)}
      />
      <SelectField
        label={t('policy.interval')}
        value={policy.scanEveryMs}
        disabled={!may || set.isPending}
        onChange={event => change({ scanEveryMs: Number(event.target.value) })}
      >
        {intervals(policy.scanEveryMs).map(ms => (
          <option key={ms} value={ms}>
            {span(ms)}
          </option>
        ))}
      </SelectField>
      <form
        className={styles.add}
        onSubmit={event => {
          event.preventDefault();
          if (ports !== undefined) change({ ports: ports.replaceAll(/\s/g, '') }, () => setPorts(undefined));
        }}
      >
        <TextField
          label={t('policy.ports')}
          hint={t('policy.portsHint')}
          value={ports ?? policy.ports}
          onChange={event => setPorts(event.target.value)}
          spellCheck={false}
          readOnly={!may}
        />
        {may && (
          <Button type="submit" disabled={ports === undefined || ports === policy.ports} busy={set.isPending}>
            {t('save')}
          </Button>
        )}
      </form>
      <AllowedDiagnostics allowed={policy.diagnostics} may={may} busy={set.isPending} onChange={diagnostics => change({ diagnostics })} />
    </section>
  );
}

interface EntriesProps {
  words: { title: Key; text: Key; none: Key; other: Key };
  entries: readonly string[];
  offered: readonly string[];
  offer: { intro: Key; words: (entry: string) => string };
  may: boolean;
  busy: boolean;
  onChange: (entries: string[], done?: () => void) => void;
}

/** A list that one adds to, with one press for what is offered, and takes from. */
function Entries({ words, entries, offered, offer, may, busy, onChange }: EntriesProps) {
  const { t } = useText();
  const [typed, setTyped] = useState('');
  const add = (event: FormEvent) => {
    event.preventDefault();
    const entry = typed.trim();
    if (entry && !entries.includes(entry)) onChange([...entries, entry], () => setTyped(''));
  };
  return (
    <div className={styles.entries}>
      <h3>{t(words.title)}</h3>
      <p className={styles.soft}>{entries.length === 0 ? t(words.none) : t(words.text)}</p>
      {entries.length > 0 && (
        <ul className={styles.list}>
          {entries.map(entry => (
            <li key={entry} className={styles.entry}>
              <code>{entry}</code>
              {may && (
                <IconButton
                  icon="close"
                  label={t('policy.remove', { what: entry })}
                  disabled={busy}
                  onClick={() => onChange(entries.filter(each => each !== entry))}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      {may && offered.length > 0 && (
        <div className={styles.offered}>
          <span className={styles.soft}>{t(offer.intro)}</span>
          {offered.map(entry => (
            <Button key={entry} icon="plus" disabled={busy} onClick={() => onChange([...entries, entry])}>
              {offer.words(entry)}
            </Button>
          ))}
        </div>
      )}
      {may && (
        <form className={styles.add} onSubmit={add}>
          <TextField
            label={t(words.other)}
            value={typed}
            onChange={event => setTyped(event.target.value)}
            autoComplete="off"
            spellCheck={false}
          />
          <Button type="submit" disabled={typed.trim() === '' || busy}>
            {t('policy.add')}
          </Button>
        </form>
      )}
    </div>
  );
}
