import { randomBytes } from 'node:crypto';
import { RawTcp } from './raw-tcp.ts';
import { within } from './wait.ts';

/** The opcodes of RFC 6455, section 5.2. */
export const opcodes = { text: 1, binary: 2, close: 8, ping: 9 } as const;

/** A WebSocket by hand, which can say what a correct one cannot. What comes stays as it came: a server's frames are plain. */
export class RawWebSocket {
  readonly tcp: RawTcp;

  private constructor(tcp: RawTcp) {
    this.tcp = tcp;
  }

  static async connect(url: string): Promise<RawWebSocket> {
    const { hostname, port, pathname, host } = new URL(url);
    const tcp = await RawTcp.connect({ host: hostname, port: Number(port) });
    const key = randomBytes(16).toString('base64');
    tcp.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
    const isOpen = await within(10_000, 'the WebSocket handshake', tcp.heard('HTTP/1.1 101 '));
    if (!isOpen) throw new Error('The server closed instead of opening a WebSocket.');
    return new RawWebSocket(tcp);
  }

  /** Sends one frame, masked as a client's must be. */
  send(payload: Uint8Array | string, opcode: number = opcodes.text): void {
    const mask = randomBytes(4);
    const bytes = Buffer.from(payload);
    const masked = bytes.map((byte, index) => byte ^ mask[index % 4]!);
    this.tcp.write(Buffer.concat([header(bytes.length, opcode), mask, masked]));
  }
}

function header(length: number, opcode: number): Buffer {
  const first = 0x80 | opcode;
  if (length < 126) return Buffer.from([first, 0x80 | length]);
  if (length < 65_536) return Buffer.from([first, 0x80 | 126, length >> 8, length & 255]);
  const head = Buffer.alloc(10);
  head[0] = first;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}
