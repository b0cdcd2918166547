import type { Device, Site } from '@aerie/contract';
import { useId } from 'react';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { Moment } from '../../../ui/time.tsx';
import { deviceName, deviceState } from '../sentences.ts';
import styles from './device-list.module.css';

type Port = Device['ports'][number];

const mostChips = 8;

/** A device in one row, and below it, when it is open, all that is known of it. */
export function DeviceRow({
  device,
  site,
  isOpen,
  onToggle,
  onFocus,
}: {
  device: Device;
  site: Site;
  isOpen: boolean;
  onToggle: () => void;
  onFocus: () => void;
}) {
  const { t } = useText();
  const detailId = useId();
  const state = deviceState(device, site);
  const open = device.ports.filter(port => port.state === 'open');
  return (
    <>
      <button
        type="button"
        className={styles.row}
        data-device={device.deviceId}
        data-old={state === 'unknown' || undefined}
        aria-expanded={isOpen}
        aria-controls={isOpen ? detailId : undefined}
        onClick={onToggle}
        onFocus={onFocus}
      >
        <StateMark shape={state} word={t(`device.state.${state}`)} silent calm />
        <span className={styles.address}>{device.address}</span>
        <span className={styles.cell}>{device.hostname ?? '–'}</span>
        <span className={`${styles.cell} ${styles.extra}`}>{device.vendor ?? '–'}</span>
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
      </button>
      {isOpen && <DeviceDetail id={detailId} device={device} was={state === 'unknown' && device.status !== 'unknown'} />}
    </>
  );
}

function DeviceDetail({ id, device, was }: { id: string; device: Device; was: boolean }) {
  const { t } = useText();
  const { latency } = useFigures();
  return (
    <div id={id} className={styles.detail}>
      {was && <p className={styles.soft}>{t('devices.was', { state: t(`device.state.${device.status}`) })}</p>}
      <dl className={styles.facts}>
        <Fact name={t('devices.name')}>{device.hostname}</Fact>
        <Fact name={t('devices.mac')} mono>
          {device.mac}
        </Fact>
        <Fact name={t('devices.vendor')}>{device.vendor}</Fact>
        <Fact name={t('devices.os')}>{device.os}</Fact>
        <Fact name={t('devices.rtt')}>{device.rttMs === null ? null : latency(device.rttMs)}</Fact>
        <div>
          <dt>{t('devices.first')}</dt>
          <dd>
            <Moment at={device.firstSeenAt} />
          </dd>
        </div>
        <div>
          <dt>{t('devices.last')}</dt>
          <dd>
            <Moment at={device.lastSeenAt} />
          </dd>
        </div>
      </dl>
      {device.ports.length === 0 ? (
        <p className={styles.soft}>{t('devices.noPort')}</p>
      ) : (
        <PortTable label={t('devices.showPorts', { device: deviceName(device) })} ports={device.ports} />
      )}
    </div>
  );
}

function Fact({ name, mono = false, children }: { name: string; mono?: boolean; children: string | null }) {
  if (children === null) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd className={mono ? styles.mono : undefined}>{children}</dd>
    </div>
  );
}

/** The ports that answer, or hide, one a row; the closed ones in one line, for they are many and alike. */
function PortTable({ label, ports }: { label: string; ports: readonly Port[] }) {
  const { t } = useText();
  const rank = { open: 0, filtered: 1, closed: 2 };
  const shown = ports.filter(port => port.state !== 'closed').sort((a, b) => rank[a.state] - rank[b.state] || a.port - b.port);
  const closed = ports.filter(port => port.state === 'closed').map(port => `${port.port}/${port.protocol}`);
  return (
    <>
      {shown.length > 0 && <OpenPorts label={label} ports={shown} />}
      {closed.length > 0 && (
        <p className={styles.soft}>
          {t('devices.closed', { count: closed.length })} <span className={styles.mono}>{closed.join(', ')}</span>
        </p>
      )}
    </>
  );
}

function OpenPorts({ label, ports }: { label: string; ports: readonly Port[] }) {
  const { t } = useText();
  return (
    <table className={styles.ports} aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{t('port.port')}</th>
          <th scope="col">{t('port.state')}</th>
          <th scope="col">{t('port.service')}</th>
          <th scope="col">{t('port.product')}</th>
          <th scope="col">{t('devices.first')}</th>
          <th scope="col">{t('devices.last')}</th>
        </tr>
      </thead>
      <tbody>
        {ports.map(port => (
          <tr key={`${port.protocol} ${port.port}`} data-state={port.state}>
            <td className={styles.mono}>
              {port.port}/{port.protocol}
            </td>
            <td>{t(`port.state.${port.state}`)}</td>
            <td>{port.service ?? '–'}</td>
            <td>{[port.product, port.version].filter(Boolean).join(' ') || '–'}</td>
            <td>
              <Moment at={port.firstSeenAt} />
            </td>
            <td>
              <Moment at={port.lastSeenAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What is known of a port: "22/tcp ssh, OpenSSH 9.2". */
function portWords({ port, protocol, service, product, version }: Port): string {
  const made = [product, version].filter(Boolean).join(' ');
  return [`${port}/${protocol}${service ? ` ${service}` : ''}`, made].filter(Boolean).join(', ');
}
