import { useMe } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { useSettings } from '../queries.ts';
import styles from './choice-row.module.css';

/** How files come here from machines without a probe: one line to paste. Where the data lie, only administrators see. */
export function HowToSend() {
  const { t } = useText();
  const me = useMe();
  const settings = useSettings(me.role === 'admin');
  const data = settings.data?.settings.find(each => each.name === 'data')?.value || '$AERIE_DATA';
  const line = `scp report.json ${window.location.hostname}:${data}/inbox/CODE/`;
  return (
    <details className={styles.how}>
      <summary>{t('files.how')}</summary>
      <p>{t('files.howText')}</p>
      <div className={styles.line}>
        <code>{line}</code>
        <CopyButton text={line} />
      </div>
    </details>
  );
}
