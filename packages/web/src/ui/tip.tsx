import { Tooltip } from '@mantine/core';
import type { ReactElement } from 'react';
import styles from './tip.module.css';

/** Words beside a control while it is hovered or focused. */
export function Tip({ label, keys, children }: { label: string; keys?: string | undefined; children: ReactElement }) {
  return (
    <Tooltip
      label={
        <>
          {label}
          {keys && <kbd className={styles.keys}>{keys}</kbd>}
        </>
      }
      classNames={{ tooltip: styles.tip! }}
      openDelay={350}
      events={{ hover: true, focus: true, touch: false }}
      transitionProps={{ duration: 80 }}
      zIndex={500}
    >
      {children}
    </Tooltip>
  );
}
