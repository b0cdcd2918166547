import type { DashboardDevice, DashboardDevices } from '@aerie/contract/dashboard';
import { useState } from 'react';
import { StateMark } from '../../ui/state-mark.tsx';
import { Moment } from '../parts/moment.tsx';
import { Blank, Waiting } from '../parts/states.tsx';
import { useData } from '../use-data.ts';
import { useWords } from '../words.tsx';
import styles from './pages.module.css';

/** Every device that the reports kept here tell of. */
export function DevicesPage() {
  const { t, times } = useWords();
  const { data, error, again } = useData<DashboardDevices>('devices');
  const [sought, setSought] = useState('');
  if (!data) return <Waiting error={error} again={again} />;
  if (data.devices.length === 0)
    return (
      <Blank icon="sites" title={t('devices.none')}>
        {t('scans.noneText')}
      </Blank>
    );
  const found = data.devices.filter(device => fits(device, sought.trim().toLowerCase()));
  return (
    <>
      <div className={styles.tool}>
        <input
          type="search"
          className={styles.search}
          aria-label={t('devices.filter')}
          placeholder={t('devices.filter')}
          value={sought}
          onChange={event => setSought(event.target.value)}
        />
        <span className={styles.faint}>
          {t('devices.count', { count: found.length })}.{' '}
          {data.since !== null && t('devices.sinceReports', { when: times.short(data.since) })}
        </span>
      </div>
      {found.length === 0 ? (
        <p className={styles.tool}>{t('devices.noMatch')}</p>
      ) : (
        <table className={styles.devices}>
          <thead>
            <tr>
              <th scope="col">{t('report.status')}</th>
              <th scope="col">{t('devices.address')}</th>
              <th scope="col">{t('devices.name')}</th>
              <th scope="col">{t('devices.ports')}</th>
              <th scope="col">{t('devices.first')}</th>
              <th scope="col">{t('devices.last')}</th>
            </tr>
          </thead>
          <tbody>
            {found.map(device => (
              <Row key={`${device.address} ${device.mac}`} device={device} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function Row({ device }: { device: DashboardDevice }) {
  const { t } = useWords();
  const more = [device.vendor ?? (device.randomMac ? t('devices.random') : null), device.os].filter(Boolean).join(' · ');
  return (
    <tr>
      <td>
        <StateMark shape={device.status} word={t(`device.state.${device.status}`)} calm />
      </td>
      <td>
        <span className={styles.mono}>{device.address}</span>
        {device.mac && <span className={styles.below}>{device.mac}</span>}
      </td>
      <td>
        {device.hostname ?? '–'}
        {more && <span className={styles.below}>{more}</span>}
      </td>
      <td className={styles.mono} data-name={t('devices.ports')}>
        {device.openPorts.map(({ port, protocol }) => (protocol === 'tcp' ? port : `${port}/udp`)).join(', ') || '–'}
      </td>
      <td data-name={t('devices.first')}>
        <Moment at={device.firstSeenAt} />
      </td>
      <td data-name={t('devices.last')}>
        <Moment at={device.lastSeenAt} />
      </td>
    </tr>
  );
}

function fits({ address, hostname, mac, vendor, os, openPorts }: DashboardDevice, sought: string): boolean {
  if (sought === '') return true;
  if (openPorts.some(({ port }) => String(port) === sought)) return true;
  return [address, hostname, mac, vendor, os].some(text => text?.toLowerCase().includes(sought));
}
