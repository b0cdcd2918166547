import type { Site } from '@aerie/contract';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { FormError } from '../../../ui/field.tsx';
import { Moment } from '../../../ui/time.tsx';
import { useSay } from '../../../ui/toast.tsx';
import siteStyles from '../../sites/parts/one-site.module.css';
import { deviceName } from '../../sites/sentences.ts';
import { type DeviceDetail, useDeviceAct } from '../queries.ts';
import styles from './device.module.css';

type Alike = DeviceDetail['alike'][number];

/** Devices that may be this one under another name; nothing where there are none. */
export function AlikeCard({ detail, site }: { detail: DeviceDetail; site: Site }) {
  const { t } = useText();
  const { percent } = useFigures();
  const [merging, setMerging] = useState<Alike>();
  if (detail.alike.length === 0) return null;
  return (
    <section className={siteStyles.card}>
      <div className={siteStyles.cardHead}>
        <h2>{t('device.alike')}</h2>
      </div>
      <p className={siteStyles.soft}>{t('device.alikeText')}</p>
      <ul className={siteStyles.lines}>
        {detail.alike.map(each => (
          <li key={each.deviceId} className={styles.identity}>
            <Link to="/sites/$code/devices/$deviceId" params={{ code: site.code, deviceId: each.deviceId }}>
              {deviceName(each)}
            </Link>
            <span className={siteStyles.mono}>{each.address}</span>
            <span className={siteStyles.faint}>
              {t('device.alikeBy', { confidence: percent(each.confidence) })} · {t('device.seen')} <Moment at={each.lastSeenAt} />
            </span>
            <Button onClick={() => setMerging(each)}>{t('device.merge')}</Button>
          </li>
        ))}
      </ul>
      {merging && <MergeDialog detail={detail} site={site} other={merging} onClose={() => setMerging(undefined)} />}
    </section>
  );
}

/** Makes two devices one, after saying what becomes of each. */
function MergeDialog({ detail, site, other, onClose }: { detail: DeviceDetail; site: Site; other: Alike; onClose: () => void }) {
  const { t, sentence } = useText();
  const say = useSay();
  const navigate = useNavigate();
  const merge = useDeviceAct('device.merge', site.siteId);
  const { device } = detail;
  const run = () =>
    void merge.mutateAsync({ deviceId: other.deviceId, intoDeviceId: device.deviceId }).then(
      ({ device: one }) => {
        say(t('device.mergeDone', { name: deviceName(one) }));
        onClose();
        if (one.deviceId !== device.deviceId)
          void navigate({ to: '/sites/$code/devices/$deviceId', params: { code: site.code, deviceId: one.deviceId }, replace: true });
      },
      () => {},
    );
  return (
    <Dialog title={t('device.mergeTitle')} onClose={onClose}>
      <p>
        {t('device.mergeText', {
          other: `${deviceName(other)} (${other.address})`,
          name: `${deviceName(device)} (${device.address})`,
        })}
      </p>
      <p className={siteStyles.soft}>{t('device.mergeUndo')}</p>
      <FormError>{merge.isError && sentence(merge.error)}</FormError>
      <DialogButtons>
        <Button onClick={onClose} data-autofocus>
          {t('cancel')}
        </Button>
        <Button look="primary" busy={merge.isPending} onClick={run}>
          {t('device.merge')}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
