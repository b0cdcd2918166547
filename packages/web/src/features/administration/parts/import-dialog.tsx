import type { CommandOutput, Role } from '@aerie/contract';
import { type FormEvent, useState } from 'react';
import { useAct } from '../../../app/use-act.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx';
import { FormError, TextAreaField } from '../../../ui/field.tsx';
import { Icon } from '../../../ui/icon.tsx';
import styles from './dialog-form.module.css';
import { PrintedLinks } from './printed-links.tsx';
import { RoleField } from './role-field.tsx';

type Imported = CommandOutput<'user.import'>;

/** Invites a class list: pasted or from a file, looked through first, then a link a person. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t, sentence } = useText();
  const look = useAct('user.import');
  const run = useAct('user.import');
  const [csv, setCsv] = useState('');
  const [role, setRole] = useState<Role>('member');

  const read = async (file: File | undefined) => {
    if (!file) return;
    look.reset();
    setCsv(decode(await file.arrayBuffer()));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (look.data) run.mutate({ csv, role });
    else look.mutate({ csv, role, dryRun: true });
  };

  if (run.data) return <Links imported={run.data} onClose={onClose} />;
  return (
    <Dialog title={t('import.title')} onClose={onClose} wide>
      <form className={styles.form} onSubmit={submit}>
        <p className={styles.soft}>{t('import.text')}</p>
        <TextAreaField
          label={t('import.list')}
          value={csv}
          rows={8}
          spellCheck={false}
          placeholder={t('import.example')}
          onChange={event => {
            setCsv(event.target.value);
            look.reset();
          }}
          data-autofocus
        />
        <label className={styles.file}>
          <Icon name="up" />
          {t('import.file')}
          <input
            type="file"
            className="hidden-text"
            accept=".csv,.txt,text/csv,text/plain"
            onChange={event => void read(event.target.files?.[0])}
          />
        </label>
        <RoleField
          value={role}
          onChange={value => {
            setRole(value);
            look.reset();
          }}
        />
        {look.data && (
          <div role="status" className={styles.form}>
            <p>{t('import.ready', { count: look.data.invited.length })}</p>
            <Refused refused={look.data.refused} />
          </div>
        )}
        <FormError>{(look.isError && sentence(look.error)) || (run.isError && sentence(run.error))}</FormError>
        <DialogButtons>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button
            look="primary"
            type="submit"
            busy={look.isPending || run.isPending}
            disabled={csv.trim() === '' || look.data?.invited.length === 0}
          >
            {look.data ? t('import.submit', { count: look.data.invited.length }) : t('import.check')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

function Refused({ refused }: { refused: Imported['refused'] }) {
  const { t } = useText();
  if (refused.length === 0) return null;
  return (
    <div className={styles.refused}>
      <p>{t('import.refused', { count: refused.length })}</p>
      <ul>
        {refused.map(each => (
          <li key={each.line}>{t('import.refusedLine', { line: each.line, name: each.name, reason: each.reason })}</li>
        ))}
      </ul>
    </div>
  );
}

function Links({ imported, onClose }: { imported: Imported; onClose: () => void }) {
  const { t } = useText();
  const text = imported.invited.map(each => `${each.name}\t${each.link}`).join('\n');
  return (
    <Dialog title={t('import.doneTitle', { count: imported.invited.length })} onClose={onClose} wide>
      <div className={styles.form}>
        <p className={styles.soft}>{t('import.doneText')}</p>
        <Refused refused={imported.refused} />
        <ul className={styles.people}>
          {imported.invited.map(each => (
            <li key={each.link}>
              <strong>{each.name}</strong>
              <span className={styles.soft}>{t(`role.${each.role}`)}</span>
              <code>{each.link}</code>
            </li>
          ))}
        </ul>
        <DialogButtons>
          <CopyButton text={text} label={t('import.copyAll')} />
          <Button icon="print" onClick={() => window.print()}>
            {t('import.print')}
          </Button>
          <Button look="primary" onClick={onClose}>
            {t('done')}
          </Button>
        </DialogButtons>
      </div>
      <PrintedLinks invited={imported.invited} />
    </Dialog>
  );
}

/** Spreadsheets on Windows write windows-1252; what is not valid UTF-8 is read as that. */
function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
