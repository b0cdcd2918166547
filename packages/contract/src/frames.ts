import type { ErrorCode, ErrorParams } from './errors.ts';

/**
 * Frames: one JSON object a line on TCP; on the WebSocket one or more such lines a text message.
 * A client asks `{"id":1,"do":"message.send","input":{…}}`; the answer carries the same id.
 */
export interface RequestFrame {
  id: number;
  do: string;
  input?: unknown;
}

export interface AnswerFrame {
  id: number;
  ok: unknown;
}

export interface ErrorFrame {
  /** Absent when the frame was so broken that it had no readable id. */
  id?: number;
  error: { code: ErrorCode; message: string; params?: ErrorParams };
}

/** Why a WebSocket was closed (RFC 6455, section 7.4.2: 4000 to 4999 are ours). */
export const closeCodes = {
  loggedOut: 4001,
  tooSlow: 4002,
  idle: 4003,
  protocol: 4004,
  stopping: 4005,
} as const;
