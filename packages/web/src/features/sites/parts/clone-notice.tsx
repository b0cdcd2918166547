import type { Probe } from '@aerie/contract';
import { useMe } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { FormError } from '../../../ui/field.tsx';
import { Moment } from '../../../ui/time.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { RunbookPanel } from '../../runbooks/parts/runbook-panel.tsx';
import { useSiteAct } from '../queries.ts';
import styles from './clone-notice.module.css';

/** That another machine came with this probe's key, and the one act that mends it. */
export function CloneNotice({ probe, clone }: { probe: Probe; clone: NonNullable<Probe['clone']> }) {
  const { t, sentence } = useText();
  const say = useSay();
  const me = useMe();
  const separate = useSiteAct('probe.separate');
  const run = () =>
    separate.mutate(
      { probeId: probe.probeId, machine: clone.machine },
      { onSuccess: () => say(t('clone.separated', { clone: clone.name })) },
    );
  const [before, after] = t('clone.text', { clone: clone.name, address: clone.address, when: '\u0000' }).split('\u0000');
  return (
    <div className={styles.notice} role="note">
      <strong>{t('clone.title', { name: probe.name })}</strong>
      <p>
        {before}
        <Moment at={clone.seenAt} />
        {after}
      </p>
      {clone.separated && <p>{t('clone.told')}</p>}
      {!clone.separated && me.role === 'admin' && (
        <Button look="primary" busy={separate.isPending} onClick={run}>
          {t('clone.separate')}
        </Button>
      )}
      <RunbookPanel name="cloned-probe" about={`${probe.probeId}.${clone.machine}`} />
      <FormError>{separate.isError && sentence(separate.error)}</FormError>
    </div>
  );
}
