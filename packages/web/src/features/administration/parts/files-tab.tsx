import type { IntakeFile } from '@aerie/contract';
import { useState } from 'react';
import { useDo } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { MoreRows } from '../../../ui/more-rows.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { Moment } from '../../../ui/time.tsx';
import { RunbookPanel } from '../../runbooks/parts/runbook-panel.tsx';
import { useSites } from '../../sites/queries.ts';
import { bytesWords } from '../bytes.ts';
import { type IntakeShown, useIntake } from '../intake-queries.ts';
import { intakeShapes } from '../shapes.ts';
import { suggestedSite } from '../suggested-site.ts';
import { useWaitingFiles } from '../waiting-files.ts';
import { AssignSite } from './assign-site.tsx';
import tabs from './choice-row.module.css';
import { FileDialog } from './file-dialog.tsx';
import { HowToSend } from './how-to-send.tsx';
import { Listing } from './listing.tsx';
import styles from './table.module.css';

const shownStates = ['waiting', 'taken', 'discarded'] as const;

/** Files that were dropped: those that wait for somebody first, with the reason. What they hold is text from outside. */
export function FilesTab() {
  const { t } = useText();
  const [shown, setShown] = useState<IntakeShown>('waiting');
  const [open, setOpen] = useState<string>();
  const waiting = useWaitingFiles();
  const intake = useIntake(shown);
  const files = intake.data?.pages.flatMap(page => page.files) ?? [];
  return (
    <>
      <div className={styles.bar}>
        <fieldset className={tabs.row} aria-label={t('files.show')}>
          {shownStates.map(each => (
            <button key={each} type="button" aria-pressed={each === shown} onClick={() => setShown(each)}>
              {t(`files.shown.${each}`)}
              {each === 'waiting' && waiting > 0 && <span className={tabs.count}>{waiting}</span>}
            </button>
          ))}
        </fieldset>
        <span className={styles.space} />
      </div>
      <HowToSend />
      {waiting > 0 && <RunbookPanel name="quarantine" about="files" inset />}
      <Listing
        query={intake}
        expect={5}
        headings={[t('files.file'), t('files.state'), t('files.scan'), t('files.came')]}
        blank={
          files.length === 0 ? (
            <Blank icon={shown === 'waiting' ? 'check' : 'archive'} title={t(`files.none.${shown}`)}>
              {shown !== 'discarded' && t(`files.noneText.${shown}`)}
            </Blank>
          ) : undefined
        }
      >
        {files.map(file => (
          <FileRow key={file.intakeId} file={file} onOpen={() => setOpen(file.intakeId)} />
        ))}
      </Listing>
      {intake.hasNextPage && <MoreRows key={files.length} onReach={() => !intake.isFetching && void intake.fetchNextPage()} />}
      {open !== undefined && <FileDialog intakeId={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function FileRow({ file, onOpen }: { file: IntakeFile; onOpen: () => void }) {
  const { t, times, language } = useText();
  const act = useDo();
  const sites = useSites().data?.sites ?? [];
  const { intakeId, state } = file;
  const isWaiting = state === 'unassigned' || state === 'quarantined';
  const site = sites.find(each => each.siteId === file.siteId);
  const suggested = isWaiting ? suggestedSite(file, sites) : undefined;
  const facts = [
    file.hosts !== null && t('files.hosts', { count: file.hosts }),
    file.madeAt !== null && t('files.made', { when: times.short(file.madeAt) }),
    file.doubles > 0 && t('files.doubles', { count: file.doubles }),
  ].filter(Boolean);
  return (
    <tr>
      <td>
        <span className={styles.words}>
          <button type="button" className={tabs.name} onClick={onOpen}>
            {file.name}
          </button>
          <span className={styles.about}>
            {bytesWords(file.bytes, language)}
            {file.shape && ` · ${t('files.shape', { shape: file.shape })}`}
          </span>
        </span>
      </td>
      <td>
        <span className={styles.words}>
          <StateMark shape={intakeShapes[state]} word={t(`files.state.${state}`)} calm={state === 'discarded'} />
          {file.reason !== null && <span className={styles.detail}>{file.reason}</span>}
          {site && <span className={styles.soft}>{site.name}</span>}
        </span>
      </td>
      <td className={styles.soft} data-label={t('table.label', { what: t('files.scan') })}>
        {facts.join(' · ')}
      </td>
      <td className={styles.soft}>
        <Moment at={file.at} />
      </td>
      <td className={`${styles.acts} ${styles.below}`}>
        {isWaiting && (
          <span className={tabs.acts}>
            {state === 'quarantined' && suggested === undefined && (
              <Button look="quiet" icon="retry" onClick={() => void act('intake.retry', { intakeId }, t('files.retried'))}>
                {t('retry')}
              </Button>
            )}
            <AssignSite file={file} sites={sites} suggested={suggested} />
          </span>
        )}
      </td>
    </tr>
  );
}
