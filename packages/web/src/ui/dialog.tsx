import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useText } from '../i18n/use-text.tsx';
import { IconButton } from './button.tsx';
import styles from './dialog.module.css';
import { useFocusBack } from './use-focus-back.ts';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
}

/** A dialog above the page; Esc and a press outside close it, and focus goes back to where it came from. */
export function Dialog({ title, onClose, children, wide = false }: DialogProps) {
  const { t } = useText();
  useFocusBack();
  return (
    <Modal.Root
      opened
      onClose={onClose}
      lockScroll={false}
      transitionProps={{ duration: 0 }}
      classNames={{ root: styles.root!, inner: styles.inner!, content: [styles.content, wide && styles.wide].filter(Boolean).join(' ') }}
    >
      <Modal.Overlay className={styles.veil!} onClick={onClose} />
      <Modal.Content>
        <header className={styles.header}>
          <Modal.Title className={styles.title!}>{title}</Modal.Title>
          <IconButton icon="close" label={t('close')} keys="Esc" onClick={onClose} />
        </header>
        <Modal.Body className={styles.body!}>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** The row of buttons at the end of a dialog. */
export function DialogButtons({ children }: { children: ReactNode }) {
  return <div className={styles.buttons}>{children}</div>;
}
