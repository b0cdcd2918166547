import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useText } from '../../../i18n/use-text.tsx';
import { Failed } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { Moment } from '../../../ui/time.tsx';
import { useSite, useSiteAct } from '../queries.ts';
import styles from './forms.module.css';
import type { MadeSite } from './new-site.tsx';

/** A fresh code, as the line to paste on a probe's machine, and whether the probe has come. */
function Enrolment({ siteId }: { siteId: string }) {
  const { t } = useText();
  const make = useSiteAct('probe.code');
  const site = useSite(siteId, true);
  const asked = useRef(false);
  // Making a code is an act: it is done once, also where effects run twice.
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    make.mutate({ siteId });
  });
  const before = useRef<Set<string>>(undefined);
  const probes = site.data?.probes;
  if (probes) before.current ??= new Set(probes.map(probe => probe.probeId));
  const come = probes?.find(probe => !before.current?.has(probe.probeId));

  if (make.isError) return <Failed error={make.error} retry={() => make.mutate({ siteId })} />;
  return (
    <>
      <p className={styles.soft}>{t(make.data?.installs ? 'enrol.installs' : 'enrol.text')}</p>
      <div className={styles.line}>
        <code>{make.data?.line ?? '…'}</code>
        {make.data && <CopyButton text={make.data.line} />}
      </div>
      {make.data && (
        <details className={styles.other}>
          <summary>{t('enrol.installed')}</summary>
          <div className={styles.line}>
            <code>{`sudo ${make.data.command}`}</code>
            <CopyButton text={`sudo ${make.data.command}`} />
          </div>
        </details>
      )}
      {make.data && (
        <p className={styles.soft}>
          {t('enrol.expires')} <Moment at={make.data.expiresAt} as="until" />.
        </p>
      )}
      <p className={`${styles.waiting} ${come ? styles.here : ''}`} role="status">
        <Icon name={come ? 'check' : 'history'} />
        {come ? t('enrol.here', { name: come.name }) : t('enrol.waiting')}
      </p>
    </>
  );
}

/** Brings a probe to a site. `toSite` also offers the way to the site's page. */
export function EnrolDialog({ site, toSite, onClose }: { site: MadeSite; toSite?: boolean; onClose: () => void }) {
  const { t } = useText();
  const navigate = useNavigate();
  return (
    <Dialog title={t('enrol.title', { site: site.name })} onClose={onClose} wide>
      <div className={styles.form}>
        <Enrolment siteId={site.siteId} />
        <DialogButtons>
          <Button look={toSite ? 'plain' : 'primary'} onClick={onClose} data-autofocus>
            {t('done')}
          </Button>
          {toSite && (
            <Button look="primary" onClick={() => void navigate({ to: '/sites/$code', params: { code: site.code } })}>
              {t('enrol.open')}
            </Button>
          )}
        </DialogButtons>
      </div>
    </Dialog>
  );
}
