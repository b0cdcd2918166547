import type { closeCodes } from '@aerie/contract';

/** Why a connection closes; WebSockets tell it by its code. */
export type CloseReason = keyof typeof closeCodes;

/** What a live transport (TCP, TLS, WebSocket) offers to a connection. */
export interface Pipe {
  /** Queues whole lines. */
  write(data: Buffer | string): void;
  /** Queues whole lines that come in parts. */
  writeParts(parts: readonly (Buffer | string)[]): void;
  /** Bytes queued here that the system has not taken yet. */
  readonly backlog: number;
  pause(): void;
  resume(): void;
  /** Sends what is queued, then closes. */
  close(reason: CloseReason): void;
  /** Closes at once. */
  destroy(): void;
}
