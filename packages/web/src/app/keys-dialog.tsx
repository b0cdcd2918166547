import type { Key } from '../i18n/translate.ts';
import { useText } from '../i18n/use-text.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { commandKey } from './keys.ts';
import styles from './keys-dialog.module.css';

const keys: readonly { title: Key; rows: readonly (readonly [readonly string[], Key])[] }[] = [
  {
    title: 'keys.anywhere',
    rows: [
      [[`${commandKey} K`, '/'], 'keys.palette'],
      [['Alt ↑', 'Alt ↓'], 'keys.channels'],
      [['Alt Shift ↑', 'Alt Shift ↓'], 'keys.unread'],
      [['?'], 'keys.title'],
      [['Esc'], 'keys.back'],
    ],
  },
  {
    title: 'keys.reading',
    rows: [
      [['J', 'K'], 'keys.move'],
      [['E'], 'keys.edit'],
      [['⌫'], 'keys.remove'],
    ],
  },
  {
    title: 'keys.lists',
    rows: [
      [['J', 'K'], 'keys.moveRow'],
      [['Enter'], 'keys.openRow'],
      [['A'], 'keys.acknowledge'],
      [['S'], 'keys.snooze'],
      [['R'], 'keys.resolve'],
      [['N'], 'keys.note'],
      [[`${commandKey} Enter`], 'keys.noteSend'],
    ],
  },
  {
    title: 'keys.writing',
    rows: [
      [['Enter'], 'keys.send'],
      [['Shift Enter'], 'keys.newLine'],
      [['↑'], 'keys.editLast'],
      [['@'], 'keys.mention'],
      [['/'], 'keys.commands'],
    ],
  },
];

/** All keys, by where they work. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const { t } = useText();
  return (
    <Dialog title={t('keys.title')} onClose={onClose}>
      {/* The focus must be inside; on the close button it would open its tip. */}
      <div tabIndex={-1} className={styles.all} data-autofocus>
        {keys.map(group => (
          <section key={group.title} className={styles.group}>
            <h3>{t(group.title)}</h3>
            <dl>
              {group.rows.map(([combination, key]) => (
                <div key={key} className={styles.row}>
                  <dt>{t(key)}</dt>
                  <dd>
                    {combination.map(each => (
                      <kbd key={each}>{each}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
