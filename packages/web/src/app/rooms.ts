import type { Role } from '@aerie/contract';
import type { Key } from '../i18n/translate.ts';
import type { IconName } from '../ui/icon.tsx';

/** One entry of the rail: a part of the product, and who may see it. */
export interface Room {
  to: '/' | '/sites' | '/incidents' | '/admin';
  /** Addresses that begin like this belong to it. */
  under: readonly string[];
  icon: IconName;
  title: Key;
  role: Role;
}

/** The rail, in order. */
export const rooms: readonly Room[] = [
  { to: '/', under: ['/c/'], icon: 'rooms', title: 'rooms.chat', role: 'viewer' },
  { to: '/sites', under: ['/sites', '/wall'], icon: 'sites', title: 'rooms.sites', role: 'technician' },
  { to: '/incidents', under: ['/incidents'], icon: 'bell', title: 'rooms.incidents', role: 'technician' },
  { to: '/admin', under: ['/admin'], icon: 'shield', title: 'rooms.admin', role: 'technician' },
];

/** The room that an address belongs to. */
export function roomAt(pathname: string): Room | undefined {
  return rooms.find(room => room.to === pathname || room.under.some(start => pathname.startsWith(start)));
}

/** What a room is called for somebody: who does not administer finds tools there. */
export function roomTitle(room: Room, role: Role): Key {
  return room.to === '/admin' && role !== 'admin' ? 'rooms.tools' : room.title;
}
