import { deliveryErrorIn } from '@aerie/contract/delivery-words';
import { useState } from 'react';
import { useConnection } from '../../../app/context.ts';
import { useAct, useDo } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank } from '../../../ui/blank.tsx';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { Menu, MenuDivider, MenuItem } from '../../../ui/menu.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { Moment } from '../../../ui/time.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { useSites } from '../../sites/queries.ts';
import { useRoutes } from '../notify-queries.ts';
import { useChannels } from '../queries.ts';
import type { Route } from '../route-draft.ts';
import { fateShapes } from '../shapes.ts';
import { Deliveries } from './deliveries.tsx';
import dialogs from './dialog-form.module.css';
import { Listing } from './listing.tsx';
import { MailServer } from './mail-server.tsx';
import { RouteDialog } from './route-dialog.tsx';
import sections from './sections.module.css';
import styles from './table.module.css';

/** Whom incidents are told to, by which mail server, and what became of each delivery. */
export function NotificationsTab() {
  const { t } = useText();
  const routes = useRoutes();
  const [editing, setEditing] = useState<{ route?: Route }>();
  const [removing, setRemoving] = useState<Route>();
  const add = (
    <Button look="primary" icon="plus" onClick={() => setEditing({})}>
      {t('routes.add')}
    </Button>
  );
  return (
    <div className={sections.page}>
      <section aria-labelledby="routes-title">
        <div className={sections.head}>
          <div>
            <h2 id="routes-title">{t('routes.title')}</h2>
            <p className={sections.text}>{t('routes.text')}</p>
          </div>
          {add}
        </div>
        <Listing
          query={routes}
          expect={3}
          headings={[t('routes.name'), t('routes.where'), t('routes.which'), t('routes.last')]}
          blank={
            routes.data?.length === 0 ? (
              <Blank icon="bell" title={t('routes.none')} action={add}>
                {t('routes.noneText')}
              </Blank>
            ) : undefined
          }
        >
          {routes.data?.map(route => (
            <RouteRow key={route.routeId} route={route} onEdit={() => setEditing({ route })} onRemove={() => setRemoving(route)} />
          ))}
        </Listing>
      </section>
      <MailServer isNeeded={routes.data?.some(route => route.target.kind === 'mail') ?? false} />
      <Deliveries routes={routes.data ?? []} />
      {editing && <RouteDialog route={editing.route} onClose={() => setEditing(undefined)} />}
      {removing && <RemoveDialog route={removing} onClose={() => setRemoving(undefined)} />}
    </div>
  );
}

function RouteRow({ route, onEdit, onRemove }: { route: Route; onEdit: () => void; onRemove: () => void }) {
  const { t, list, sentence, language } = useText();
  const say = useSay();
  const act = useDo();
  const connection = useConnection();
  const test = useAct('route.test');
  const channels = useChannels();
  const sites = useSites().data?.sites;
  const { routeId, name, target, on, last } = route;
  const send = () =>
    test.mutate(
      { routeId },
      {
        onSuccess: ({ delivery }) =>
          delivery.state === 'sent'
            ? say(t('routes.testSent', { name }))
            : say(t('routes.testFailed', { name, reason: deliveryErrorIn(language, delivery.error ?? '–') }), 'bad'),
        onError: error => say(sentence(error), 'bad'),
      },
    );
  const where =
    target.kind === 'channel'
      ? target.channelId === null
        ? t('routes.ownChannel')
        : `#${channels.data?.channels.find(each => each.channelId === target.channelId)?.name ?? '…'}`
      : target.kind === 'mail'
        ? list(target.to)
        : target.url;
  const named = [
    ...(route.groups ?? []).map(group => t('pick.group', { group })),
    ...(route.siteIds ?? []).map(siteId => sites?.find(site => site.siteId === siteId)?.name ?? '…'),
  ];
  const which = named.length === 0 ? t('routes.ofAll') : named.length > 3 ? t('routes.someSites', { count: named.length }) : list(named);
  return (
    <tr className={on ? undefined : styles.off}>
      <td>
        <span className={styles.who}>
          {name}
          {!on && <span className={styles.badge}>{t('routes.off')}</span>}
        </span>
      </td>
      <td className={styles.wraps}>
        <span className={styles.words}>
          <span className={styles.soft}>{t(`routes.kind.${target.kind}`)}</span>
          <span className={target.kind === 'webhook' ? styles.mono : undefined}>{where}</span>
        </span>
      </td>
      <td className={styles.soft} data-label={t('table.label', { what: t('routes.which') })}>
        {which}, {t(`routes.atLeast.${route.atLeast}`).toLowerCase()} · {route.language === 'fr' ? 'Français' : 'English'}
      </td>
      <td data-label={t('table.label', { what: t('routes.last') })}>
        {last === null ? (
          <span className={styles.soft}>{t('routes.never')}</span>
        ) : (
          <span className={styles.words}>
            <span className={sections.fate}>
              <StateMark shape={fateShapes[last.state]} word={t(`fate.${last.state}`)} /> <Moment at={last.at} className={styles.soft} />
            </span>
            {last.error && <span className={sections.error}>{deliveryErrorIn(language, last.error)}</span>}
          </span>
        )}
      </td>
      <td className={`${styles.acts} ${styles.below}`}>
        <span className={sections.acts}>
          <Button look="quiet" icon="send" busy={test.isPending} disabled={connection.status !== 'live'} onClick={send}>
            {t('routes.test')}
          </Button>
          <Menu target={<IconButton icon="more" label={t('routes.actsOf', { name })} />}>
            <MenuItem icon="edit" onClick={onEdit}>
              {t('routes.edit')}
            </MenuItem>
            <MenuItem
              icon={on ? 'mute' : 'bell'}
              onClick={() => void act('route.update', { routeId, on: !on }, t(on ? 'routes.turnedOff' : 'routes.turnedOn', { name }))}
            >
              {t(on ? 'routes.turnOff' : 'routes.turnOn')}
            </MenuItem>
            <MenuDivider />
            <MenuItem icon="trash" danger onClick={onRemove}>
              {t('routes.remove')}
            </MenuItem>
          </Menu>
        </span>
      </td>
    </tr>
  );
}

function RemoveDialog({ route, onClose }: { route: Route; onClose: () => void }) {
  const { t, sentence } = useText();
  const say = useSay();
  const remove = useAct('route.remove');
  return (
    <Dialog title={t('routes.removeTitle', { name: route.name })} onClose={onClose}>
      <div className={dialogs.form}>
        <p className={dialogs.soft}>{t('routes.removeText')}</p>
        <DialogButtons>
          <Button onClick={onClose} data-autofocus>
            {t('cancel')}
          </Button>
          <Button
            look="danger"
            busy={remove.isPending}
            onClick={() =>
              remove.mutate(
                { routeId: route.routeId },
                {
                  onSuccess: () => {
                    say(t('routes.removed', { name: route.name }));
                    onClose();
                  },
                  onError: error => say(sentence(error), 'bad'),
                },
              )
            }
          >
            {t('routes.remove')}
          </Button>
        </DialogButtons>
      </div>
    </Dialog>
  );
}
