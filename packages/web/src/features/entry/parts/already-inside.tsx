import { useNavigate } from '@tanstack/react-router';
import { useNester } from '../../../app/context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { Button } from '../../../ui/button.tsx';
import { EntryForm, EntryHead } from './entry-frame.tsx';

/** Somebody logged in opened a link that is meant for somebody new. */
export function AlreadyInside({ name }: { name: string }) {
  const { t } = useText();
  const nester = useNester();
  const navigate = useNavigate();
  return (
    <>
      <EntryHead title={t('inside.title', { name })}>{t('inside.text')}</EntryHead>
      <EntryForm onSubmit={() => void navigate({ to: '/', replace: true })}>
        <Button look="primary" type="submit">
          {t('inside.stay', { name })}
        </Button>
        <Button look="plain" onClick={() => void nester.leave()}>
          {t('inside.leave')}
        </Button>
      </EntryForm>
    </>
  );
}
