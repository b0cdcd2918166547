import { useState } from 'react';
import { useText } from '../i18n/use-text.tsx';
import { Button } from './button.tsx';
import { useSay } from './toast.tsx';

/** Puts a text on the clipboard; where the browser refuses (no TLS), it says to copy by hand. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const { t } = useText();
  const say = useSay();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await copyText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 2_000);
    } catch {
      say(t('copy.failed'), 'bad');
    }
  };
  return (
    <Button icon={copied ? 'check' : 'copy'} onClick={copy}>
      {copied ? t('copied') : (label ?? t('copy'))}
    </Button>
  );
}

/** Copies a text; also on plain http pages, where the clipboard API is missing. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  // A dialog keeps the focus inside itself, so the text to copy must stand there too.
  (document.activeElement?.closest('[role="dialog"]') ?? document.body).append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('copy refused');
}
