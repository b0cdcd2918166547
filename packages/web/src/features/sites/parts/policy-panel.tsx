import type { CommandInput } from '@aerie/contract';
import { useMe } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { offeredRanges, usualTargets } from '../policy-offers.ts';
import { type SiteDetail, useSiteAct } from '../queries.ts';
import { AllowedDiagnostics } from './allowed-diagnostics.tsx';
import { PolicyEntries } from './policy-entries.tsx';
import { PolicyFigure, PolicyText } from './policy-field.tsx';
import styles from './policy-panel.module.css';
import { PolicyTimes } from './policy-times.tsx';
import { PolicyWindows } from './policy-windows.tsx';

export type PolicyChange = CommandInput<'site.setPolicy'>['policy'];

/** What the site's probes may touch and how often; administrators change it, and each change holds at once. */
export function PolicyPanel({ detail }: { detail: SiteDetail }) {
  const { t, sentence } = useText();
  const say = useSay();
  const me = useMe();
  const { policy, probes, site } = detail;
  const set = useSiteAct('site.setPolicy');
  const may = me.role === 'admin';
  const change = (change: PolicyChange, done?: () => void) =>
    set.mutate(
      { siteId: site.siteId, policy: change },
      {
        onSuccess: () => {
          say(t('policy.saved'));
          done?.();
        },
        // What was set may stand far below the beginning of the panel.
        onError: error => say(sentence(error), 'bad'),
      },
    );
  const hand = { may, busy: set.isPending };
  const networks = probes.filter(probe => probe.revokedAt === null).map(probe => probe.networks);

  return (
    <section className={styles.panel} aria-label={t('site.tab.policy')}>
      <p className={styles.soft}>
        {t('policy.version', { version: policy.version })} {!may && t('policy.closed')}
      </p>
      <PolicyEntries
        words={{ title: 'policy.ranges', text: 'policy.rangesText', none: 'policy.rangesNone', other: 'policy.addRange' }}
        entries={policy.ranges}
        offer={{
          entries: offeredRanges(networks, policy.ranges),
          intro: 'policy.offered',
          words: range => t('policy.authorise', { range }),
        }}
        onChange={(ranges, done) => change({ ranges }, done)}
        {...hand}
      />
      <PolicyEntries
        words={{ title: 'policy.exclude', text: 'policy.excludeText', none: 'policy.excludeNone', other: 'policy.addExclude' }}
        entries={policy.exclude}
        onChange={(exclude, done) => change({ exclude }, done)}
        {...hand}
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
      <PolicyEntries
        words={{ title: 'policy.provider', text: 'policy.providerText', none: 'policy.providerNone', other: 'policy.addTarget' }}
        entries={policy.providerTargets}
        onChange={(providerTargets, done) => change({ providerTargets }, done)}
        {...hand}
      />
      <PolicyEntries
        words={{ title: 'policy.targets', text: 'policy.targetsText', none: 'policy.targetsNone', other: 'policy.addTarget' }}
        entries={policy.wanTargets}
        offer={{
          entries: usualTargets.filter(target => !policy.wanTargets.includes(target)),
          intro: 'policy.usual',
          words: target => t('policy.measure', { target }),
        }}
        onChange={(wanTargets, done) => change({ wanTargets }, done)}
        {...hand}
      />
      <PolicyEntries
        words={{ title: 'policy.dns', text: 'policy.dnsText', none: 'policy.dnsNone', other: 'policy.addName' }}
        entries={policy.dnsNames}
        onChange={(dnsNames, done) => change({ dnsNames }, done)}
        {...hand}
      />
      <PolicyEntries
        words={{ title: 'policy.http', text: 'policy.httpText', none: 'policy.httpNone', other: 'policy.addPage' }}
        entries={policy.httpChecks}
        onChange={(httpChecks, done) => change({ httpChecks }, done)}
        {...hand}
      />
      <PolicyTimes policy={policy} onChange={change} {...hand} />
      <PolicyWindows policy={policy} onChange={change} {...hand} />
      <PolicyText
        label={t('policy.ports')}
        hint={t('policy.portsHint')}
        value={policy.ports}
        onSave={(ports, done) => change({ ports: ports.replaceAll(/\s/g, '') }, done)}
        {...hand}
      />
      <PolicyText
        label={t('policy.udp')}
        hint={t('policy.udpHint')}
        value={policy.udpPorts}
        onSave={(udpPorts, done) => change({ udpPorts: udpPorts.replaceAll(/\s/g, '') }, done)}
        {...hand}
      />
      <PolicyFigure label={t('policy.hosts')} field="maxHosts" policy={policy} onChange={change} {...hand} />
      <PolicyFigure label={t('policy.packets')} field="packetsPerSecond" policy={policy} onChange={change} {...hand} />
      <PolicyFigure label={t('policy.backlog')} field="backlogKbps" policy={policy} onChange={change} {...hand} />
      <AllowedDiagnostics allowed={policy.diagnostics} onChange={diagnostics => change({ diagnostics })} {...hand} />
    </section>
  );
}
