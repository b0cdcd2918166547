import type { Delivery } from '@aerie/contract';
import { deliveryErrorIn } from '@aerie/contract/delivery-words';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useDo } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { MoreRows } from '../../../ui/more-rows.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { Moment } from '../../../ui/time.tsx';
import { useDeliveries } from '../notify-queries.ts';
import type { Route } from '../route-draft.ts';
import { fateShapes } from '../shapes.ts';
import { Listing } from './listing.tsx';
import sections from './sections.module.css';
import styles from './table.module.css';

const states = ['waiting', 'sent', 'failed'] as const;

/** What was told, newest first: what became of it, and a way to try again what did not arrive. */
export function Deliveries({ routes }: { routes: readonly Route[] }) {
  const { t } = useText();
  const [state, setState] = useState<Delivery['state']>();
  const [routeId, setRouteId] = useState('');
  const deliveries = useDeliveries({ ...(state && { state }), ...(routeId && { routeId }) });
  const list = deliveries.data?.pages.flat() ?? [];
  return (
    <section aria-labelledby="deliveries-title">
      <div className={sections.head}>
        <div>
          <h2 id="deliveries-title">{t('deliveries.title')}</h2>
          <p className={sections.text}>{t('deliveries.text')}</p>
        </div>
        <span className={sections.acts}>
          <span className={styles.pick}>
            <select
              aria-label={t('deliveries.state')}
              value={state ?? ''}
              onChange={event => setState((event.target.value || undefined) as typeof state)}
            >
              <option value="">{t('deliveries.all')}</option>
              {states.map(each => (
                <option key={each} value={each}>
                  {t(`fate.${each}`)}
                </option>
              ))}
            </select>
            <Icon name="chevron" />
          </span>
          <span className={styles.pick}>
            <select aria-label={t('deliveries.route')} value={routeId} onChange={event => setRouteId(event.target.value)}>
              <option value="">{t('deliveries.allRoutes')}</option>
              {routes.map(route => (
                <option key={route.routeId} value={route.routeId}>
                  {route.name}
                </option>
              ))}
            </select>
            <Icon name="chevron" />
          </span>
        </span>
      </div>
      <Listing
        query={deliveries}
        expect={4}
        headings={[t('deliveries.subject'), t('deliveries.to'), t('deliveries.fate'), t('deliveries.when')]}
        blank={
          list.length === 0 ? (
            <Blank icon="send" title={t('deliveries.none')}>
              {t('deliveries.noneText')}
            </Blank>
          ) : undefined
        }
      >
        {list.map(each => (
          <DeliveryRow key={each.deliveryId} delivery={each} />
        ))}
      </Listing>
      {deliveries.hasNextPage && <MoreRows key={list.length} onReach={() => !deliveries.isFetching && void deliveries.fetchNextPage()} />}
    </section>
  );
}

function DeliveryRow({ delivery }: { delivery: Delivery }) {
  const { t, language } = useText();
  const act = useDo();
  const { state, error, attempts, nextAt, incidentId, what } = delivery;
  return (
    <tr>
      <td>
        <span className={styles.words}>
          {incidentId === null ? (
            <span className={styles.wraps}>{delivery.subject}</span>
          ) : (
            <Link to="/incidents/$incidentId" params={{ incidentId }} className={styles.wraps}>
              {delivery.subject}
            </Link>
          )}
          <span className={styles.about}>{t(`deliveries.what.${what}`)}</span>
        </span>
      </td>
      <td className={styles.soft}>{delivery.routeName}</td>
      <td data-label={t('table.label', { what: t('deliveries.fate') })}>
        <span className={styles.words}>
          <span className={sections.fate}>
            <StateMark shape={fateShapes[state]} word={t(`fate.${state}`)} />
            {attempts > 1 && <span className={styles.soft}>{t('deliveries.attempts', { count: attempts })}</span>}
            {state === 'waiting' && nextAt !== null && attempts > 0 && (
              <span className={styles.soft}>
                {t('deliveries.next')} <Moment at={nextAt} as="until" />
              </span>
            )}
          </span>
          {error !== null && <span className={sections.error}>{deliveryErrorIn(language, error)}</span>}
        </span>
      </td>
      <td className={styles.soft}>
        <Moment at={delivery.doneAt ?? delivery.createdAt} />
      </td>
      <td className={`${styles.acts} ${styles.below}`}>
        {state !== 'sent' && what !== 'test' && (
          <Button
            look="quiet"
            icon="retry"
            onClick={() => void act('delivery.retry', { deliveryId: delivery.deliveryId }, t('deliveries.retried'))}
          >
            {t('retry')}
          </Button>
        )}
      </td>
    </tr>
  );
}
