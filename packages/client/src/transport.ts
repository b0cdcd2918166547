/** A pipe that carries frames: a WebSocket, a TCP socket, or a test's own. */
export interface Transport {
  /** Sends one frame, given without an end of line. */
  send(text: string): void;
  /** Lets the line go at once; nothing is called back afterwards that the caller must heed. */
  close(): void;
}

/** What a transport calls, never before the opening function has returned. */
export interface TransportEvents {
  open(): void;
  /** Any piece of the stream of lines, cut anywhere between characters. */
  text(chunk: string): void;
  /** Once, at the end, also when it never opened. The code is the WebSocket's. */
  close(code: number | undefined): void;
}

export type OpenTransport = (on: TransportEvents) => Transport;
