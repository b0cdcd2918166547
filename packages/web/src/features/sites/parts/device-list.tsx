import type { Device, Site } from '@aerie/contract';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useDeferredValue, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { isCovered, isTyping, useKeys } from '../../../app/keys.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank } from '../../../ui/blank.tsx';
import { SearchField } from '../../../ui/search-field.tsx';
import { type DeviceSort, deviceSorts, devicesFor } from '../device-list.ts';
import page from '../page.module.css';
import { deviceState } from '../sentences.ts';
import styles from './device-list.module.css';
import { DeviceRow } from './device-row.tsx';

const states = ['up', 'down', 'unknown'] as const;

/** The devices of a site; each row leads to the device's own page. */
export function DeviceList({ devices, site }: { devices: readonly Device[]; site: Site }) {
  const { t, compare } = useText();
  const list = useRef<HTMLUListElement>(null);
  const [asked, setAsked] = useState('');
  const [state, setState] = useState<Device['status']>();
  const [sort, setSort] = useState<DeviceSort>('address');
  const [above, setAbove] = useState(0);
  const typed = useDeferredValue(asked);
  const shown = useMemo(() => devicesFor(devices, site, { typed, state, sort }, compare), [devices, site, typed, state, sort, compare]);
  const counts = useMemo(() => Map.groupBy(devices, device => deviceState(device, site)), [devices, site]);

  // The list shares its scroll bar with what stands above it.
  useLayoutEffect(() => setAbove(list.current?.offsetTop ?? 0));
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => list.current?.closest<HTMLElement>('#site-scroller') ?? null,
    estimateSize: () => 45,
    getItemKey: index => shown[index]!.deviceId,
    overscan: 10,
    scrollMargin: above,
  });

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

  if (devices.length === 0) {
    return (
      <Blank icon="sites" title={t('devices.none')}>
        {t('devices.noneText')}
      </Blank>
    );
  }
  return (
    <section aria-label={t('site.tab.devices')}>
      <search className={styles.bar}>
        <SearchField value={asked} label={t('devices.search')} onType={setAsked} />
        <select
          className={page.select}
          aria-label={t('devices.only')}
          value={state ?? ''}
          onChange={event => setState(states.find(each => each === event.target.value))}
        >
          <option value="">{t('devices.all', { count: devices.length })}</option>
          {states.map(each => (
            <option key={each} value={each}>
              {`${t(`device.state.${each}`)} (${counts.get(each)?.length ?? 0})`}
            </option>
          ))}
        </select>
        <select
          className={page.select}
          aria-label={t('devices.sort')}
          value={sort}
          onChange={event => setSort(deviceSorts.find(each => each === event.target.value)!)}
        >
          {deviceSorts.map(each => (
            <option key={each} value={each}>
              {t(`devices.sort.${each}`)}
            </option>
          ))}
        </select>
      </search>
      {shown.length === 0 && <Blank icon="search" title={t('devices.noMatch')} />}
      {shown.length > 0 && (
        <div className={styles.columns} aria-hidden="true">
          <span />
          <span>{t('devices.name')}</span>
          <span>{t('devices.address')}</span>
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
