import type { Probe } from '@aerie/contract';
import { useState } from 'react';
import { useMe } from '../../../app/context.ts';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { FormError } from '../../../ui/field.tsx';
import { Menu, MenuItem } from '../../../ui/menu.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { Moment } from '../../../ui/time.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { RunbookPanel } from '../../runbooks/parts/runbook-panel.tsx';
import { useSiteAct } from '../queries.ts';
import { CloneNotice } from './clone-notice.tsx';
import styles from './one-site.module.css';
import { ScanProgress } from './scan-progress.tsx';

/** Clocks that differ by less than this agree. */
const agreeMs = 2_000;
/** The report that was just made is on its way. */
const usualDepth = 1;

/** A probe: whether it is there, what it follows, what it still has to send. */
export function ProbeCard({ probe, policyVersion }: { probe: Probe; policyVersion: number }) {
  const { t, sentence } = useText();
  const say = useSay();
  const me = useMe();
  const { span } = useFigures();
  const scan = useSiteAct('probe.scan');
  const [revoking, setRevoking] = useState(false);
  const { name, probeId, clockSkewMs } = probe;
  const revoked = probe.revokedAt !== null;

  const ask = () =>
    scan.mutate({ probeId }, { onSuccess: () => say(t('probe.asked', { name })), onError: error => say(sentence(error), 'bad') });

  return (
    <section className={styles.card}>
      <div className={styles.cardHead}>
        <h2>{`${t('probe.title')} ${name}`}</h2>
        {!revoked && (
          <Button icon="retry" busy={scan.isPending} onClick={ask}>
            {t('probe.scan')}
          </Button>
        )}
        {!revoked && me.role === 'admin' && (
          <Menu target={<IconButton icon="more" label={t('probe.revokeOf', { name })} />}>
            <MenuItem icon="close" danger onClick={() => setRevoking(true)}>
              {t('probe.revoke')}
            </MenuItem>
          </Menu>
        )}
      </div>
      <p>
        {revoked ? (
          <StateMark shape="down" word={t('probe.revoked')} />
        ) : probe.connected ? (
          <StateMark shape="up" word={t('probe.connected')} />
        ) : (
          <StateMark shape="unknown" word={t('probe.away')} />
        )}
      </p>
      {probe.scan && <ScanProgress scan={probe.scan} />}
      <dl className={styles.facts}>
        <dt>{t('probe.contact')}</dt>
        <dd>{probe.lastContactAt === null ? t('probe.never') : <Moment at={probe.lastContactAt} />}</dd>
        <dt>{t('probe.version')}</dt>
        <dd className={styles.mono}>{probe.version}</dd>
        <dt>{t('probe.address')}</dt>
        <dd className={styles.mono}>{probe.address}</dd>
        <dt>{t('probe.policy')}</dt>
        <dd className={probe.policyVersion !== null && probe.policyVersion !== policyVersion ? styles.warn : undefined}>
          {probe.policyVersion === null
            ? t('probe.notSaid')
            : probe.policyVersion === policyVersion
              ? t('probe.followed', { version: policyVersion })
              : t('probe.notFollowed', { has: probe.policyVersion, wanted: policyVersion })}
          {probe.refusedPolicy && <span>{` ${t('probe.refusedPolicy', probe.refusedPolicy)}`}</span>}
        </dd>
        <dt>{t('probe.spool')}</dt>
        <dd className={probe.spoolDepth > usualDepth ? styles.warn : undefined}>{t('probe.reports', { count: probe.spoolDepth })}</dd>
        {probe.spoolDropped > 0 && (
          <>
            <dt>{t('probe.dropped')}</dt>
            <dd className={styles.warn}>{t('probe.reports', { count: probe.spoolDropped })}</dd>
          </>
        )}
        {clockSkewMs !== null && (
          <>
            <dt>{t('probe.clock')}</dt>
            <dd className={Math.abs(clockSkewMs) > agreeMs ? styles.warn : undefined}>
              {Math.abs(clockSkewMs) <= agreeMs
                ? t('probe.onTime')
                : clockSkewMs > 0
                  ? t('probe.ahead', { span: span(clockSkewMs) })
                  : t('probe.behind', { span: span(-clockSkewMs) })}
            </dd>
          </>
        )}
      </dl>
      {!revoked && probe.clone && <CloneNotice probe={probe} clone={probe.clone} />}
      {!revoked && <RunbookPanel name="collection" about={probeId} />}
      {revoking && <RevokeDialog probe={probe} onClose={() => setRevoking(false)} />}
    </section>
  );
}

function RevokeDialog({ probe, onClose }: { probe: Probe; onClose: () => void }) {
  const { t, sentence } = useText();
  const say = useSay();
  const revoke = useSiteAct('probe.revoke');
  const { name, probeId } = probe;
  const run = () =>
    revoke.mutate(
      { probeId },
      {
        onSuccess: () => {
          say(t('probe.revokedNow', { name }));
          onClose();
        },
      },
    );
  return (
    <Dialog title={t('probe.revokeTitle', { name })} onClose={onClose}>
      <p>{t('probe.revokeText')}</p>
      <FormError>{revoke.isError && sentence(revoke.error)}</FormError>
      <DialogButtons>
        <Button onClick={onClose} data-autofocus>
          {t('cancel')}
        </Button>
        <Button look="danger" busy={revoke.isPending} onClick={run}>
          {t('probe.revoke')}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
