import type { Site } from '@aerie/contract';
import { type ReactNode, useState } from 'react';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { FormError } from '../../../ui/field.tsx';
import { Moment } from '../../../ui/time.tsx';
import { useSay } from '../../../ui/toast.tsx';
import siteStyles from '../../sites/parts/one-site.module.css';
import { sureness } from '../identity.ts';
import { type DeviceDetail, useDeviceAct } from '../queries.ts';
import styles from './device.module.css';

/** What a device is, and how surely it is the same one as before. */
export function IdentityCard({ detail, site }: { detail: DeviceDetail; site: Site }) {
  const { t } = useText();
  const { percent, latency } = useFigures();
  const { device, identities } = detail;
  const [splitting, setSplitting] = useState<DeviceDetail['identities'][number]>();
  return (
    <section className={siteStyles.card}>
      <div className={siteStyles.cardHead}>
        <h2>{t('device.identity')}</h2>
      </div>
      <p>{t(`device.known.${device.identity}`)}</p>
      <p className={device.confidence < 0.5 ? siteStyles.warn : siteStyles.soft}>
        {t(`device.sure.${sureness(device.confidence)}`, { confidence: percent(device.confidence) })}
      </p>
      {device.randomMac && <p className={siteStyles.soft}>{t('device.randomMac')}</p>}
      <dl className={siteStyles.facts}>
        <Fact name={t('devices.address')} mono>
          {device.address}
        </Fact>
        <Fact name={t('device.hostname')}>{device.hostname}</Fact>
        <Fact name={t('devices.mac')} mono>
          {device.mac}
        </Fact>
        <Fact name={t('devices.vendor')}>{device.vendor}</Fact>
        <Fact name={t('devices.os')}>
          {device.os !== null &&
            (device.osAccuracy === null ? device.os : t('device.osSure', { os: device.os, accuracy: percent(device.osAccuracy / 100) }))}
        </Fact>
        <Fact name={t('devices.rtt')}>{device.rttMs !== null && latency(device.rttMs)}</Fact>
        <Fact name={t('devices.first')}>
          <Moment at={device.firstSeenAt} />
        </Fact>
        <Fact name={t('devices.last')}>
          <Moment at={device.lastSeenAt} />
        </Fact>
        <Fact name={t('device.deep')}>{device.deepAt === null ? t('device.deepNever') : <Moment at={device.deepAt} />}</Fact>
      </dl>
      {identities.length > 0 && (
        <>
          <h3>{t('device.identities')}</h3>
          <ul className={siteStyles.lines}>
            {identities.map(each => (
              <li key={each.identityId} className={styles.identity}>
                <span className={siteStyles.mono}>{each.identity}</span>
                {each.mergedAt !== null && (
                  <>
                    <span className={siteStyles.faint}>
                      {t('device.mergedAt')} <Moment at={each.mergedAt} />
                    </span>
                    <Button onClick={() => setSplitting(each)}>{t('device.split')}</Button>
                  </>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      {splitting && <SplitDialog detail={detail} site={site} identity={splitting} onClose={() => setSplitting(undefined)} />}
    </section>
  );
}

/** Takes one identity out again: what was one device is two. */
function SplitDialog({
  detail,
  site,
  identity,
  onClose,
}: {
  detail: DeviceDetail;
  site: Site;
  identity: DeviceDetail['identities'][number];
  onClose: () => void;
}) {
  const { t, sentence } = useText();
  const say = useSay();
  const split = useDeviceAct('device.split', site.siteId);
  const run = () =>
    split.mutate(
      { deviceId: detail.device.deviceId, identityId: identity.identityId },
      {
        onSuccess: () => {
          say(t('device.splitDone'));
          onClose();
        },
      },
    );
  return (
    <Dialog title={t('device.splitTitle')} onClose={onClose}>
      <p>{t('device.splitText', { identity: identity.identity })}</p>
      <FormError>{split.isError && sentence(split.error)}</FormError>
      <DialogButtons>
        <Button onClick={onClose} data-autofocus>
          {t('cancel')}
        </Button>
        <Button look="primary" busy={split.isPending} onClick={run}>
          {t('device.split')}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}

function Fact({ name, mono = false, children }: { name: string; mono?: boolean; children: ReactNode }) {
  if (children === null || children === false) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd className={mono ? siteStyles.mono : undefined}>{children}</dd>
    </>
  );
}
