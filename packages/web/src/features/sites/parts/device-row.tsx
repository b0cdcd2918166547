import type { Device, Site } from '@aerie/contract';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { useText } from '../../../i18n/use-text.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { Moment } from '../../../ui/time.tsx';
import { deviceName, deviceState } from '../sentences.ts';
import styles from './device-list.module.css';

type Port = Device['ports'][number];

const mostChips = 8;

/** A device in one row that leads to its page. */
export const DeviceRow = memo(function DeviceRow({ device, site, onFocus }: { device: Device; site: Site; onFocus: () => void }) {
  const { t } = useText();
  const state = deviceState(device, site);
  const open = device.ports.filter(port => port.state === 'open');
  const name = deviceName(device);
  return (
    <Link
      to="/sites/$code/devices/$deviceId"
      params={{ code: site.code, deviceId: device.deviceId }}
      preload={false}
      className={styles.row}
      data-device={device.deviceId}
      data-old={state === 'unknown' || undefined}
      onFocus={onFocus}
    >
      <StateMark shape={state} word={t(`device.state.${state}`)} silent calm />
      <span className={styles.cell} data-named={name !== device.address || undefined}>
        {name === device.address ? t('devices.nameless') : name}
      </span>
      <span className={styles.address}>{device.address}</span>
      <span className={`${styles.cell} ${styles.extra}`} title={device.mac ?? undefined}>
        {device.vendor ?? (device.randomMac ? t('devices.randomMac') : (device.mac ?? '–'))}
      </span>
      <span className={`${styles.cell} ${styles.extra}`}>{device.os ?? '–'}</span>
      <span className={styles.chips}>
        {open.slice(0, mostChips).map(port => (
          <span key={`${port.protocol} ${port.port}`} className={styles.chip} title={portWords(port)}>
            {port.port}
            {port.service && <small>{port.service}</small>}
          </span>
        ))}
        {open.length > mostChips && <span className={styles.soft}>{t('devices.more', { count: open.length - mostChips })}</span>}
        {open.length === 0 && <span className={styles.soft}>–</span>}
      </span>
      <span className={`${styles.cell} ${styles.extra}`}>
        <Moment at={device.lastSeenAt} />
      </span>
    </Link>
  );
});

/** What is known of a port: "22/tcp ssh, OpenSSH 9.2". */
function portWords({ port, protocol, service, product, version }: Port): string {
  const made = [product, version].filter(Boolean).join(' ');
  return [`${port}/${protocol}${service ? ` ${service}` : ''}`, made].filter(Boolean).join(', ');
}
