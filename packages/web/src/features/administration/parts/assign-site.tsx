import type { IntakeFile, Site } from '@aerie/contract';
import { useAct } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { useSay } from '../../../ui/toast.tsx';
import styles from './choice-row.module.css';

interface AssignSiteProps {
  file: IntakeFile;
  sites: readonly Site[];
  /** The one that it most likely belongs to: one press is enough. */
  suggested: Site | undefined;
  onDone?: () => void;
}

/** Says which site a dropped file belongs to: the likely one by one press, any other out of a list. */
export function AssignSite({ file, sites, suggested, onDone }: AssignSiteProps) {
  const { t, sentence, compare } = useText();
  const say = useSay();
  const assign = useAct('intake.assign');
  const give = (siteId: string) => {
    const name = sites.find(site => site.siteId === siteId)?.name ?? '…';
    assign.mutate(
      { intakeId: file.intakeId, siteId },
      {
        onSuccess: ({ file: now }) => {
          if (now.state === 'taken') {
            say(t('files.assigned', { site: name }));
            onDone?.();
          } else say(t('files.stillWaits', { reason: now.reason ?? '–' }), 'bad');
        },
        onError: error => say(sentence(error), 'bad'),
      },
    );
  };
  return (
    <>
      {suggested && (
        <Button icon="sites" busy={assign.isPending} onClick={() => give(suggested.siteId)}>
          {suggested.name}
        </Button>
      )}
      <select
        className={styles.assign}
        aria-label={t('files.assignOf', { name: file.name })}
        value=""
        disabled={assign.isPending}
        onChange={event => event.target.value !== '' && give(event.target.value)}
      >
        <option value="">{t(suggested ? 'files.otherSite' : 'files.assign')}</option>
        {sites
          .filter(site => site !== suggested)
          .toSorted((a, b) => compare(a.name, b.name))
          .map(site => (
            <option key={site.siteId} value={site.siteId}>
              {site.name}
            </option>
          ))}
      </select>
    </>
  );
}
