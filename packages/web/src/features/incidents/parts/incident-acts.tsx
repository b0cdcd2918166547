import type { Incident } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';
import { useState } from 'react';
import { useLive } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Menu, MenuChoice, MenuLabel } from '../../../ui/menu.tsx';
import { useNow } from '../../../ui/time.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { useIncidentAct } from '../queries.ts';
import { type Asked, IncidentDialogs } from './act-dialogs.tsx';
import styles from './incident-panel.module.css';

/** What one may do with an incident that is not over. A note that is typed goes along, and is gone from its field then. */
export function IncidentActs({ incident, note, onNoteGone }: { incident: Incident; note: string; onNoteGone: () => void }) {
  const { t, sentence } = useText();
  const say = useSay();
  const now = useNow();
  const acknowledge = useIncidentAct('incident.acknowledge');
  const snooze = useIncidentAct('incident.snooze');
  const [asked, setAsked] = useState<Asked>();
  const { incidentId } = incident;
  const snoozed = incident.snoozedUntil !== null && incident.snoozedUntil > now;
  const failed = (error: unknown) => say(sentence(error), 'bad');
  const take = () =>
    acknowledge.mutate(
      { incidentId, ...(note.trim() !== '' && { note: note.trim() }) },
      {
        onSuccess: () => {
          if (note.trim() !== '') onNoteGone();
          say(t('acts.acknowledged'));
        },
        onError: failed,
      },
    );
  return (
    <div className={styles.acts}>
      {incident.state === 'open' && (
        <Button look="primary" icon="check" busy={acknowledge.isPending} aria-keyshortcuts="a" onClick={take}>
          {t('acts.acknowledge')}
        </Button>
      )}
      <Assign incident={incident} />
      {snoozed ? (
        <Button
          icon="bell"
          busy={snooze.isPending}
          onClick={() => snooze.mutate({ incidentId, until: null }, { onSuccess: () => say(t('acts.woken')), onError: failed })}
        >
          {t('acts.wake')}
        </Button>
      ) : (
        <Button icon="history" aria-keyshortcuts="s" onClick={() => setAsked({ what: 'snooze', incident })}>
          {t('acts.snooze')}
        </Button>
      )}
      <Button icon="archive" aria-keyshortcuts="r" onClick={() => setAsked({ what: 'resolve', incident, note, onDone: onNoteGone })}>
        {t('acts.resolve')}
      </Button>
      {asked && <IncidentDialogs asked={asked} onClose={() => setAsked(undefined)} />}
    </div>
  );
}

/** Whom an incident may be given to: those who may see to it, oneself first. */
function Assign({ incident }: { incident: Incident }) {
  const { t, sentence, compare } = useText();
  const say = useSay();
  const assign = useIncidentAct('incident.assign');
  const me = useLive(state => state.me);
  const users = useLive(state => state.users);
  const able = [...users.values()]
    .filter(user => user.kind === 'person' && !user.disabled && atLeast(user.role, 'technician') && user.userId !== me.userId)
    .sort((a, b) => compare(a.name, b.name));
  const give = (userId: string) => {
    const name = userId === me.userId ? me.name : users.get(userId)?.name;
    assign.mutate(
      { incidentId: incident.incidentId, userId: userId || null },
      {
        onSuccess: () => say(name === undefined ? t('acts.unassigned') : t('acts.assigned', { name })),
        onError: error => say(sentence(error), 'bad'),
      },
    );
  };
  return (
    <Menu
      target={
        <Button icon="person" busy={assign.isPending}>
          {t('acts.assign')}
        </Button>
      }
    >
      <MenuLabel>{t('acts.assignee')}</MenuLabel>
      <MenuChoice
        value={incident.assigneeId ?? ''}
        options={[
          { value: me.userId, label: t('acts.me', { name: me.name }) },
          ...able.map(user => ({ value: user.userId, label: user.name })),
          { value: '', label: t('acts.nobody') },
        ]}
        onChange={give}
      />
    </Menu>
  );
}
