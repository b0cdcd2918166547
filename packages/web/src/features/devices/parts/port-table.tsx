import type { Device, DevicePort } from '@aerie/contract';
import { useText } from '../../../i18n/use-text.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { Moment, useNow } from '../../../ui/time.tsx';
import { deviceName } from '../../sites/sentences.ts';
import { certificateState } from '../identity.ts';
import styles from './device.module.css';

const rank = { open: 0, filtered: 1, closed: 2 };

/** The ports that answer, or hide, one a row; the closed ones in one line, for they are many and alike. */
export function PortTable({ device }: { device: Device }) {
  const { t } = useText();
  const shown = device.ports.filter(port => port.state !== 'closed').sort((a, b) => rank[a.state] - rank[b.state] || a.port - b.port);
  const closed = device.ports.filter(port => port.state === 'closed').map(port => `${port.port}/${port.protocol}`);
  return (
    <>
      {shown.length > 0 && (
        <table className={styles.table} aria-label={t('devices.showPorts', { device: deviceName(device) })}>
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
            {shown.map(port => (
              <Row key={`${port.protocol} ${port.port}`} port={port} />
            ))}
          </tbody>
        </table>
      )}
      {closed.length > 0 && (
        <p className={styles.soft}>
          {t('devices.closed', { count: closed.length })} <span className={styles.mono}>{closed.join(', ')}</span>
        </p>
      )}
    </>
  );
}

function Row({ port }: { port: DevicePort }) {
  const { t } = useText();
  return (
    <tr data-state={port.state}>
      <td className={styles.mono}>
        {port.port}/{port.protocol}
      </td>
      <td>{t(`port.state.${port.state}`)}</td>
      <td>{port.service ?? '–'}</td>
      <td>
        {[port.product, port.version].filter(Boolean).join(' ') || (port.title === null && port.tls === null ? '–' : null)}
        {port.title !== null && <span className={styles.line}>{t('port.title', { title: port.title })}</span>}
        {port.tls !== null && <Tls tls={port.tls} />}
      </td>
      <td>
        <Moment at={port.firstSeenAt} />
      </td>
      <td>
        <Moment at={port.lastSeenAt} />
      </td>
    </tr>
  );
}

/** The certificate of a port: whose, by whom, until when; one that ends soon is marked. */
function Tls({ tls }: { tls: NonNullable<DevicePort['tls']> }) {
  const { t, times } = useText();
  const now = useNow();
  const state = certificateState(tls.notAfter, now);
  const when = times.dayYear(tls.notAfter);
  return (
    <span className={styles.line}>
      {state !== 'good' && <StateMark shape={state === 'over' ? 'down' : 'degraded'} word="" silent />}
      <span className={state === 'good' ? undefined : styles.warn}>{t(`port.tls.${state}`, { when })}</span>
      <span className={styles.soft}> {t('port.tlsOf', { subject: tls.subject, issuer: tls.issuer })}</span>
    </span>
  );
}
