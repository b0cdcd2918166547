import { Menu as Base } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';
import styles from './menu.module.css';

/** A menu that opens from its target; arrow keys move, Esc closes. */
export function Menu({ target, children, up = false }: { target: ReactElement; children: ReactNode; up?: boolean }) {
  return (
    <Base
      position={up ? 'right-end' : 'bottom-end'}
      offset={4}
      transitionProps={{ duration: 80 }}
      classNames={{ dropdown: styles.dropdown!, item: styles.item!, label: styles.label!, divider: styles.divider! }}
      zIndex={300}
      loop
      withInitialFocusPlaceholder={false}
    >
      <Base.Target>{target}</Base.Target>
      <Base.Dropdown>{children}</Base.Dropdown>
    </Base>
  );
}

interface MenuItemProps {
  icon?: IconName;
  danger?: boolean;
  checked?: boolean;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}

export function MenuItem({ icon, danger, checked, disabled, onClick, children }: MenuItemProps) {
  return (
    <Base.Item
      onClick={onClick}
      disabled={disabled ?? false}
      data-danger={danger || undefined}
      {...(checked === undefined ? {} : { role: 'menuitemradio', 'aria-checked': checked })}
    >
      <span className={styles.icon}>{checked ? <Icon name="check" /> : icon && <Icon name={icon} />}</span>
      {children}
    </Base.Item>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Base.Label>{children}</Base.Label>;
}

export function MenuDivider() {
  return <Base.Divider />;
}
