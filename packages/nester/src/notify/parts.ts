import type { RouteTarget } from '@aerie/contract';
import type { Committer } from '../store/commit.ts';
import type { Store } from '../store/store.ts';
import type { Courier } from './deliveries.ts';
import type { SealedTexts } from './mail-courier.ts';
import type { Outbox } from './outbox.ts';
import type { RouteBook } from './route-book.ts';
import type { TellableSite } from './routes.ts';

/** What the room's commands share. */
export interface Shared {
  store: Store;
  committer: Committer;
  secrets: SealedTexts;
  book: RouteBook;
  outbox: Outbox;
  couriers: Record<RouteTarget['kind'], Courier>;
  now(): number;
  publicUrl(): string;
  site(siteId: string): TellableSite | undefined;
  hasChannel(channelId: string): boolean;
  /** A delivery changed. */
  changed(): void;
  ca: string | undefined;
}
