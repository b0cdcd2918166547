import type { Device, Site } from '@aerie/contract';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { isCovered, isTyping, useKeys } from '../../../app/keys.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank } from '../../../ui/blank.tsx';
import { byAddress, deviceFits } from '../device-search.ts';
import page from '../page.module.css';
import styles from './device-list.module.css';
import { DeviceRow } from './device-row.tsx';

/** The devices of a site, by address; a row opens on its ports. `openId` is open from the start and in sight. */
export function DeviceList({ devices, site, openId }: { devices: readonly Device[]; site: Site; openId: string | undefined }) {
  const { t } = useText();
  const list = useRef<HTMLUListElement>(null);
  const [typed, setTyped] = useState('');
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [above, setAbove] = useState(0);
  const shown = useMemo(() => devices.filter(device => deviceFits(device, typed)).sort(byAddress), [devices, typed]);

  // The list shares its scroll bar with what stands above it.
  useLayoutEffect(() => setAbove(list.current?.offsetTop ?? 0));
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => list.current?.closest<HTMLElement>('#site-scroller') ?? null,
    estimateSize: () => 41,
    getItemKey: index => shown[index]!.deviceId,
    overscan: 10,
    scrollMargin: above,
  });

  const sought = useRef<string>(undefined);
  useLayoutEffect(() => {
    if (openId === undefined || sought.current === openId) return;
    const at = shown.findIndex(device => device.deviceId === openId);
    if (at < 0) return;
    sought.current = openId;
    setOpened(held => new Set(held).add(openId));
    virtual.scrollToIndex(at, { align: 'center' });
  }, [openId, shown, virtual]);

  const focused = useRef<string>(undefined);
  const move = (step: number) => {
    const from = shown.findIndex(device => device.deviceId === focused.current);
    const next = shown[from + step];
    if (!next || (from < 0 && step < 0)) return;
    focused.current = next.deviceId;
    virtual.scrollToIndex(from + step, { align: 'auto' });
    const focus = () => {
      const row = list.current?.querySelector<HTMLElement>(`[data-device="${next.deviceId}"]`);
      row?.focus();
      return row !== null;
    };
    // A row that is out of sight comes into the page with the scrolling.
    if (!focus()) requestAnimationFrame(focus);
  };
  useKeys(event => {
    if (isTyping(event.target) || isCovered() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'j') move(1);
    else if (event.key === 'k') move(-1);
    else return;
    event.preventDefault();
  });

  const toggle = (deviceId: string) => {
    const next = new Set(opened);
    if (!next.delete(deviceId)) next.add(deviceId);
    setOpened(next);
  };

  if (devices.length === 0) {
    return (
      <Blank icon="sites" title={t('devices.none')}>
        {t('devices.noneText')}
      </Blank>
    );
  }
  return (
    <section aria-label={t('site.tab.devices')}>
      <div className={styles.bar}>
        <input
          className={page.filter}
          type="search"
          value={typed}
          placeholder={t('devices.filter')}
          aria-label={t('devices.filter')}
          onChange={event => setTyped(event.target.value)}
        />
      </div>
      {shown.length === 0 && <Blank icon="search" title={t('devices.noMatch')} />}
      {shown.length > 0 && (
        <div className={styles.columns} aria-hidden="true">
          <span />
          <span>{t('devices.address')}</span>
          <span>{t('devices.name')}</span>
          <span>{t('devices.vendor')}</span>
          <span>{t('devices.os')}</span>
          <span>{t('devices.ports')}</span>
          <span>{t('devices.last')}</span>
        </div>
      )}
      <ul ref={list} className={styles.rows} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(row => {
          const device = shown[row.index]!;
          return (
            <li
              key={row.key}
              data-index={row.index}
              ref={virtual.measureElement}
              className={styles.place}
              style={{ transform: `translateY(${row.start - above}px)` }}
            >
              <DeviceRow
                device={device}
                site={site}
                isOpen={opened.has(device.deviceId)}
                onToggle={() => toggle(device.deviceId)}
                onFocus={() => {
                  focused.current = device.deviceId;
                }}
              />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
