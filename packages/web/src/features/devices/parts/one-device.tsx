import type { Device, Site } from '@aerie/contract';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank, Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { FormError } from '../../../ui/field.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { Moment } from '../../../ui/time.tsx';
import page from '../../sites/page.module.css';
import { SiteIncidents } from '../../sites/parts/incidents-panel.tsx';
import siteStyles from '../../sites/parts/one-site.module.css';
import { deviceName, deviceState } from '../../sites/sentences.ts';
import { useDevice, useDeviceAct } from '../queries.ts';
import { AlikeCard } from './alike-card.tsx';
import styles from './device.module.css';
import { History } from './history.tsx';
import { IdentityCard } from './identity-card.tsx';
import { NotesCard } from './notes-card.tsx';
import { PortTable } from './port-table.tsx';

/** A device: what it is and how surely, what it offers, what happened to it, what people know of it. */
export function OneDevice({ site, deviceId, mayForget }: { site: Site; deviceId: string; mayForget: boolean }) {
  const { t } = useText();
  const shown = useDevice(site.siteId, deviceId);
  const pages = shown.data?.pages ?? [];
  const [detail] = pages;
  if (!detail) {
    const missing = (shown.error as { code?: string } | null)?.code === 'not_found';
    return (
      <main className={page.page}>
        {shown.isPending ? (
          <SkeletonRows count={8} tall />
        ) : missing ? (
          <Blank
            icon="sites"
            title={t('device.missing')}
            action={
              <Link to="/sites/$code" params={{ code: site.code }} search={{ tab: 'devices' }}>
                {t('device.back', { site: site.name })}
              </Link>
            }
          >
            {t('device.missingText')}
          </Blank>
        ) : (
          <Failed error={shown.error} retry={() => void shown.refetch()} />
        )}
      </main>
    );
  }
  const { device } = detail;
  const name = deviceName(device);
  return (
    <main className={page.page}>
      <DeviceHead site={site} device={device} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <section className={page.body} tabIndex={0} aria-label={name}>
        <div className={siteStyles.cards}>
          <IdentityCard detail={detail} site={site} />
          <NotesCard detail={detail} />
          <AlikeCard detail={detail} site={site} />
        </div>
        <section className={styles.section} aria-label={t('device.ports')}>
          <h2>{t('device.ports')}</h2>
          {device.ports.length === 0 ? <p className={styles.soft}>{t('devices.noPort')}</p> : <PortTable device={device} />}
        </section>
        <section className={styles.section} aria-label={t('site.tab.incidents')}>
          <h2>{t('site.tab.incidents')}</h2>
          <SiteIncidents siteId={site.siteId} subjectId={deviceId} />
        </section>
        <section className={styles.section} aria-label={t('device.history')}>
          <h2>{t('device.history')}</h2>
          <History changes={pages.flatMap(each => each.history)} />
          {shown.hasNextPage && (
            <p>
              <Button busy={shown.isFetchingNextPage} onClick={() => void shown.fetchNextPage()}>
                {t('device.older')}
              </Button>
            </p>
          )}
        </section>
        {mayForget && device.status !== 'up' && <Forget site={site} device={device} />}
      </section>
    </main>
  );
}

function DeviceHead({ site, device }: { site: Site; device: Device }) {
  const { t } = useText();
  const state = deviceState(device, site);
  return (
    <header className={`${page.head} ${siteStyles.head}`}>
      <Link
        to="/sites/$code"
        params={{ code: site.code }}
        search={{ tab: 'devices' }}
        className={siteStyles.back}
        aria-label={t('device.back', { site: site.name })}
        title={t('device.back', { site: site.name })}
      >
        <Icon name="back" />
      </Link>
      <h1>{deviceName(device)}</h1>
      <span className={siteStyles.code}>{device.address}</span>
      <span className={page.space} />
      <p className={siteStyles.state}>
        <StateMark shape={state} word={t(`device.state.${state}`)} calm />
        <span>
          {state === 'unknown' && device.status !== 'unknown' && t('devices.was', { state: t(`device.state.${device.status}`) })}{' '}
          {t('device.seen')} <Moment at={device.lastSeenAt} />
        </span>
      </p>
    </header>
  );
}

/** For a device that is not there any more. */
function Forget({ site, device }: { site: Site; device: Device }) {
  const { t, sentence } = useText();
  const navigate = useNavigate();
  const forget = useDeviceAct('device.forget', site.siteId);
  const [asking, setAsking] = useState(false);
  const run = () =>
    void forget.mutateAsync({ deviceId: device.deviceId }).then(
      () => navigate({ to: '/sites/$code', params: { code: site.code }, search: { tab: 'devices' } }),
      () => {},
    );
  return (
    <p className={styles.section}>
      <Button look="danger" icon="trash" onClick={() => setAsking(true)}>
        {t('device.forget')}
      </Button>
      {asking && (
        <Dialog title={t('device.forgetTitle', { name: deviceName(device) })} onClose={() => setAsking(false)}>
          <p>{t('device.forgetText')}</p>
          <FormError>{forget.isError && sentence(forget.error)}</FormError>
          <DialogButtons>
            <Button onClick={() => setAsking(false)} data-autofocus>
              {t('cancel')}
            </Button>
            <Button look="danger" busy={forget.isPending} onClick={run}>
              {t('device.forget')}
            </Button>
          </DialogButtons>
        </Dialog>
      )}
    </p>
  );
}
