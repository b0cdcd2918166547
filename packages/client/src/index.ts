export { backoffMs } from './backoff.ts';
export { Connection, type ConnectionOptions, type Status } from './connection.ts';
export { type HttpCaller, httpCaller } from './http.ts';
export type { Pending } from './outbox.ts';
export { applyEvent, applyResume, type ClientState, type MissedEvents, stateOf, withWindow } from './state.ts';
export type { OpenTransport, Transport, TransportEvents } from './transport.ts';
export type { Typing } from './typing.ts';
export type { Window } from './windows.ts';
export { webSocketTransport } from './ws.ts';
