import { AppError, type User } from '@aerie/contract';
import type { Unit } from '../store/unit.ts';
import type { Shared } from './parts.ts';
import { endSessionsQuery } from './sessions.store.ts';
import { banQuery, muteQuery } from './users.store.ts';

/** What moderation does to accounts; each adds to a unit. */
export interface AccountSanctions {
  /** From now until then somebody may read, not write; null ends it. */
  mute(unit: Unit, user: User, until: number | null): void;
  /** Until then nobody can log in with the account, and all its sessions end; null ends it. The unit fails when nobody could administer meanwhile. */
  ban(unit: Unit, user: User, until: number | null, now: number): void;
  endSessions(unit: Unit, userId: string): void;
}

export function accountSanctions({ store, directory }: Pick<Shared, 'store' | 'directory'>): AccountSanctions {
  const endSessions = (unit: Unit, userId: string) => void unit.run(endSessionsQuery(store.read, userId));
  /** Beside what changes here, the user is by then as others have left them. */
  const tell = (unit: Unit, user: User, change: (user: User) => User) => {
    const { userId } = user;
    unit.event('user.updated', ['all'], { userId }, () => ({ user: change(directory.byId(userId) ?? user) }));
  };
  return {
    endSessions,
    mute(unit, user, until) {
      unit.run(muteQuery(store.read, user.userId, until));
      tell(unit, user, ({ mutedUntil: _, ...rest }) => (until === null ? rest : { ...rest, mutedUntil: until }));
    },
    ban(unit, user, until, now) {
      unit.run(banQuery(store.read, user.userId, until, now), new AppError('last_admin'));
      if (until !== null) endSessions(unit, user.userId);
      tell(unit, user, ({ bannedUntil: _, ...rest }) => (until === null ? rest : { ...rest, bannedUntil: until }));
    },
  };
}
