import { type FormEvent, useState } from 'react';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { FormError, TextField } from '../../../ui/field.tsx';
import { useSiteAct } from '../queries.ts';
import styles from './forms.module.css';

export interface MadeSite {
  siteId: string;
  code: string;
  name: string;
}

/** Makes a site; what comes next is the line that brings its probe. */
export function NewSite({ onMade, autoFocus = false }: { onMade: (site: MadeSite) => void; autoFocus?: boolean }) {
  const { t, sentence } = useText();
  const create = useSiteAct('site.create');
  const [name, setName] = useState('');
  const [code, setCode] = useState<string>();
  // Most sites are where their administrator is; the field is there for the others.
  const [zone, setZone] = useState(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
  const proposed = code ?? proposedCode(name);
  const failed = (create.error as { code?: string } | null)?.code;
  const said = create.isError ? sentence(create.error) : undefined;
  const aboutCode = failed === 'site_exists';

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const named = { name: name.trim(), code: proposed };
    // The first site takes the place of this form before the answer comes: a callback of the form would be forgotten.
    create.mutateAsync({ ...named, zone: zone.trim() }).then(
      ({ siteId }) => onMade({ siteId, ...named }),
      () => {},
    );
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <TextField
        label={t('newSite.name')}
        value={name}
        maxLength={80}
        onChange={event => setName(event.target.value)}
        autoComplete="off"
        required
        data-autofocus={autoFocus || undefined}
      />
      <TextField
        label={t('newSite.code')}
        hint={t('newSite.codeHint')}
        error={aboutCode ? said : undefined}
        value={proposed}
        maxLength={24}
        pattern="[A-Z0-9][A-Z0-9\-]*"
        onChange={event => setCode(event.target.value.toUpperCase())}
        autoComplete="off"
        spellCheck={false}
        required
      />
      <TextField
        label={t('settings.zone')}
        hint={t('settings.zoneHint')}
        value={zone}
        maxLength={64}
        list="new-site-zones"
        onChange={event => setZone(event.target.value)}
        autoComplete="off"
        spellCheck={false}
        required
      />
      <datalist id="new-site-zones">
        {Intl.supportedValuesOf('timeZone').map(each => (
          <option key={each} value={each} />
        ))}
      </datalist>
      <FormError>{!aboutCode && said}</FormError>
      <div className={styles.end}>
        <Button look="primary" type="submit" busy={create.isPending}>
          {t('newSite.submit')}
        </Button>
      </div>
    </form>
  );
}

/** The same above the page. */
export function NewSiteDialog({ onMade, onClose }: { onMade: (site: MadeSite) => void; onClose: () => void }) {
  const { t } = useText();
  return (
    <Dialog title={t('newSite.title')} onClose={onClose}>
      <NewSite onMade={onMade} autoFocus />
    </Dialog>
  );
}

/** A code made from a name: "Kansas City" is KANSAS-CITY. */
function proposedCode(name: string): string {
  const letters = name.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase();
  return letters
    .replace(/[^A-Z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 24)
    .replace(/-+$/, '');
}
