import { useMe } from '../../../app/context.ts';
import { useAct } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { useSay } from '../../../ui/toast.tsx';
import { useSites } from '../../sites/queries.ts';
import { bytesWords } from '../bytes.ts';
import { useIntakeFile } from '../intake-queries.ts';
import { intakeShapes } from '../shapes.ts';
import { suggestedSite } from '../suggested-site.ts';
import { AssignSite } from './assign-site.tsx';
import styles from './choice-row.module.css';
import dialogs from './dialog-form.module.css';

/** A dropped file: why it waits, and the beginning of what is in it, as text and nothing else. */
export function FileDialog({ intakeId, onClose }: { intakeId: string; onClose: () => void }) {
  const { t, times, language, sentence } = useText();
  const say = useSay();
  const me = useMe();
  const shown = useIntakeFile(intakeId);
  const sites = useSites().data?.sites ?? [];
  const retry = useAct('intake.retry');
  const discard = useAct('intake.discard');
  const failed = (error: unknown) => say(sentence(error), 'bad');
  const file = shown.data?.file;
  const isWaiting = file?.state === 'unassigned' || file?.state === 'quarantined';
  return (
    <Dialog title={file?.name ?? t('files.file')} onClose={onClose} wide>
      {shown.isPending ? (
        <SkeletonRows count={4} />
      ) : shown.isError ? (
        <Failed error={shown.error} retry={() => void shown.refetch()} />
      ) : (
        file && (
          <div className={dialogs.form}>
            <p className={styles.facts}>
              <StateMark shape={intakeShapes[file.state]} word={t(`files.state.${file.state}`)} calm={file.state === 'discarded'} />
              <span>{bytesWords(file.bytes, language)}</span>
              {file.shape && <span>{t('files.shape', { shape: file.shape })}</span>}
              {file.hosts !== null && <span>{t('files.hosts', { count: file.hosts })}</span>}
              {file.madeAt !== null && <span>{t('files.made', { when: times.short(file.madeAt) })}</span>}
              {file.siteCode !== null && <span>{t('files.folder', { folder: file.siteCode })}</span>}
              {file.hint !== null && <span>{t('files.hint', { hint: file.hint })}</span>}
            </p>
            {file.reason !== null && <p>{file.reason}</p>}
            {shown.data.head === '' ? (
              <p className={dialogs.soft}>{t('files.noHead')}</p>
            ) : (
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
              <section className={styles.head} tabIndex={0} aria-label={t('files.head')}>
                <pre>{shown.data.head}</pre>
              </section>
            )}
            <DialogButtons>
              {isWaiting && (
                <>
                  {me.role === 'admin' && (
                    <Button
                      look="quiet"
                      icon="trash"
                      busy={discard.isPending}
                      onClick={() =>
                        discard.mutate(
                          { intakeId },
                          {
                            onSuccess: () => {
                              say(t('files.discarded'));
                              onClose();
                            },
                            onError: failed,
                          },
                        )
                      }
                    >
                      {t('files.discard')}
                    </Button>
                  )}
                  <Button
                    icon="retry"
                    busy={retry.isPending}
                    onClick={() =>
                      retry.mutate(
                        { intakeId },
                        {
                          onSuccess: ({ file: now }) => {
                            if (now.state === 'taken') {
                              say(t('files.retried'));
                              onClose();
                            } else {
                              say(t('files.stillWaits', { reason: now.reason ?? '–' }), 'bad');
                              void shown.refetch();
                            }
                          },
                          onError: failed,
                        },
                      )
                    }
                  >
                    {t('files.retry')}
                  </Button>
                  <AssignSite file={file} sites={sites} suggested={suggestedSite(file, sites)} onDone={onClose} />
                </>
              )}
              <Button onClick={onClose}>{t('close')}</Button>
            </DialogButtons>
          </div>
        )
      )}
    </Dialog>
  );
}
