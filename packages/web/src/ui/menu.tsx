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
      classNames={{
        dropdown: styles.dropdown!,
        item: styles.item!,
        itemLabel: styles.words!,
        itemSection: styles.section!,
        itemIndicator: styles.icon!,
        label: styles.label!,
        divider: styles.divider!,
      }}
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
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}

/** Something that is done when it is chosen. */
export function MenuItem({ icon, danger, disabled, onClick, children }: MenuItemProps) {
  return (
    <Base.Item
      onClick={event => {
        // A dialog that opens now gives the focus back to where it is: that must not be an entry that is gone by then.
        const target = event.currentTarget.closest('[role="menu"]')?.getAttribute('aria-labelledby');
        if (target) document.getElementById(target)?.focus();
        onClick();
      }}
      disabled={disabled ?? false}
      data-danger={danger || undefined}
      leftSection={<span className={styles.icon}>{icon && <Icon name={icon} />}</span>}
    >
      {children}
    </Base.Item>
  );
}

interface MenuChoiceProps<T extends string> {
  value: T;
  options: readonly { value: T; label: ReactNode }[];
  onChange: (value: T) => void;
}

/** One choice of a few, the one that holds marked. */
export function MenuChoice<T extends string>({ value, options, onChange }: MenuChoiceProps<T>) {
  return options.map(option => (
    <Base.RadioItem
      key={option.value}
      value={option.value}
      checked={option.value === value}
      onChange={() => onChange(option.value)}
      checkIcon={<Icon name="check" />}
      closeMenuOnClick
    >
      {option.label}
    </Base.RadioItem>
  ));
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Base.Label>{children}</Base.Label>;
}

export function MenuDivider() {
  return <Base.Divider />;
}
