import type { Site } from '@aerie/contract';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { FormError, SelectField } from '../../../ui/field.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { useIncidentAct } from '../queries.ts';
import styles from './acts.module.css';

/** Raises a test incident at a site, and shows its timeline: who was told stands there. */
export function TestIncidentDialog({ site, sites, onClose }: { site: Site | undefined; sites: readonly Site[]; onClose: () => void }) {
  const { t, sentence, compare } = useText();
  const say = useSay();
  const navigate = useNavigate();
  const raise = useIncidentAct('incident.test');
  const sorted = sites.toSorted((a, b) => compare(a.name, b.name));
  const [chosen, setChosen] = useState(site?.siteId ?? '');
  const siteId = chosen || sorted[0]?.siteId;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!siteId) return;
    raise.mutate(
      { siteId },
      {
        onSuccess: ({ incident }) => {
          say(t('incidents.testRaised'));
          void navigate({ to: '/incidents/$incidentId', params: { incidentId: incident.incidentId } });
        },
      },
    );
  };
  return (
    <Dialog title={t('incidents.testTitle')} onClose={onClose}>
      <form className={styles.form} onSubmit={submit}>
        <p className={styles.soft}>{t('incidents.testText')}</p>
        {sorted.length === 0 ? (
          <p>{t('incidents.testNone')}</p>
        ) : (
          <SelectField label={t('incidents.filter.site')} value={siteId} onChange={event => setChosen(event.target.value)} data-autofocus>
            {sorted.map(each => (
              <option key={each.siteId} value={each.siteId}>
                {each.name}
              </option>
            ))}
          </SelectField>
        )}
        <FormError>{raise.isError && sentence(raise.error)}</FormError>
        <DialogButtons>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" disabled={!siteId} busy={raise.isPending}>
            {t('incidents.test')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
