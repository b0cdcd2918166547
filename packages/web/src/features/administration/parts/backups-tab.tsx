import type { CommandOutput } from '@aerie/contract';
import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Blank, Failed, SkeletonRows } from '../../../ui/blank.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { StateMark } from '../../../ui/state-mark.tsx';
import { Moment, useNow } from '../../../ui/time.tsx';
import { bytesWords } from '../bytes.ts';
import { useBackups } from '../queries.ts';
import styles from './backups-tab.module.css';
import table from './table.module.css';

type Shown = CommandOutput<'backup.show'>;

const hourMs = 3_600_000;
/** It is typed on the machine of Nester: a browser makes no backup. */
const command = 'nester backup';

/** Whether backups come: how old the last one is, how the last attempt went, where they lie, and which there are. */
export function BackupsTab() {
  const backups = useBackups();
  if (backups.isPending) return <SkeletonRows count={8} />;
  if (!backups.data) return <Failed error={backups.error} retry={() => void backups.refetch()} />;
  return (
    <div className={styles.page}>
      <Standing shown={backups.data} />
      <Facts shown={backups.data} />
      <All shown={backups.data} />
    </div>
  );
}

/** The age of the last one in large, and whether that is late. */
function Standing({ shown: { backups, late, lateAfterHours } }: { shown: Shown }) {
  const { t, times } = useText();
  const figures = useFigures();
  const now = useNow();
  const [newest] = backups;
  const span = figures.length(lateAfterHours * hourMs);
  return (
    <section className={styles.standing} data-late={late || undefined}>
      <p className={styles.age}>
        {newest ? (
          <>
            <strong title={times.absolute(newest.at)}>{figures.span(now - newest.at)}</strong> {t('backups.age')}
          </>
        ) : (
          <strong>{t('backups.none')}</strong>
        )}
      </p>
      <p className={styles.state} role="status">
        {lateAfterHours === 0 ? (
          <>
            <StateMark shape="info" word={t('backups.unwatched')} /> <span>{t('backups.unwatchedText')}</span>
          </>
        ) : (
          <>
            {late ? (
              <StateMark shape="degraded" word={t('backups.late')} />
            ) : newest ? (
              <StateMark shape="up" word={t('backups.good')} />
            ) : (
              <StateMark shape="info" word={t('backups.awaited')} />
            )}{' '}
            <span>{t(late ? 'backups.lateText' : 'backups.goodText', { span })}</span>
          </>
        )}
      </p>
    </section>
  );
}

/** How the last attempt went, where backups lie, and how one is made by hand. */
function Facts({ shown: { folder, copiesTo, last } }: { shown: Shown }) {
  const { t } = useText();
  const figures = useFigures();
  return (
    <dl className={styles.facts}>
      <div>
        <dt>{t('backups.last')}</dt>
        {last === null ? (
          <dd className={styles.soft}>{t('backups.never')}</dd>
        ) : (
          <dd>
            <span className={styles.attempt}>
              <Outcome last={last} />
              <Moment at={last.at} className={styles.soft} />
              <span className={styles.soft}>{t('backups.took', { span: figures.span(last.seconds * 1_000) })}</span>
              {last.copied && <span className={styles.soft}>{t('backups.copied')}</span>}
            </span>
            {last.problem !== null && <p className={styles.problem}>{last.problem}</p>}
          </dd>
        )}
      </div>
      <div>
        <dt>{t('backups.folder')}</dt>
        <dd className={styles.mono}>{folder}</dd>
      </div>
      <div>
        <dt>{t('backups.copies')}</dt>
        {copiesTo === null ? <dd className={styles.soft}>{t('backups.noCopies')}</dd> : <dd className={styles.mono}>{copiesTo}</dd>}
      </div>
      <div>
        <dt>{t('backups.make')}</dt>
        <dd>
          <div className={styles.command}>
            <code>{command}</code>
            <CopyButton text={command} />
          </div>
          <p className={styles.soft}>{t('backups.makeText')}</p>
        </dd>
      </div>
    </dl>
  );
}

function Outcome({ last: { name, problem } }: { last: NonNullable<Shown['last']> }) {
  const { t } = useText();
  if (problem === null) return <StateMark shape="up" word={t('backups.made')} />;
  return name === null ? <StateMark shape="down" word={t('backups.failed')} /> : <StateMark shape="degraded" word={t('backups.alone')} />;
}

/** Which there are, newest first. */
function All({ shown: { backups } }: { shown: Shown }) {
  const { t, times, language } = useText();
  if (backups.length === 0)
    return (
      <Blank icon="archive" title={t('backups.none')}>
        {t('backups.blankText')}
      </Blank>
    );
  const sum = backups.reduce((bytes, each) => bytes + each.bytes, 0);
  return (
    <section aria-labelledby="backups-title">
      <h2 id="backups-title" className={styles.title}>
        {t('backups.all', { count: backups.length })} <span>{t('backups.sum', { size: bytesWords(sum, language) })}</span>
      </h2>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{t('backups.when')}</th>
            <th scope="col">{t('backups.file')}</th>
            <th scope="col">{t('backups.size')}</th>
          </tr>
        </thead>
        <tbody>
          {backups.map(({ name, at, bytes, kept }) => (
            <tr key={name}>
              <td>
                <span className={styles.when}>
                  <span className={table.strong}>{times.short(at)}</span> <Moment at={at} className={table.soft} />
                  {kept && <span className={table.badge}>{t('backups.kept')}</span>}
                </span>
              </td>
              <td className={`${table.mono} ${table.wraps}`}>{name}</td>
              <td className={table.soft}>{bytesWords(bytes, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {backups.some(each => each.kept) && <p className={styles.note}>{t('backups.keptText')}</p>}
    </section>
  );
}
