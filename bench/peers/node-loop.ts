import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/**
 * The peer that Aerie's chat is measured against: a chat loop as one writes it in Node on a free afternoon.
 * Newline JSON over TCP; every message is parsed, then stringified and written for each member. Nothing is stored,
 * nobody logs in, there are no rights; a sender is answered as soon as its message has been handed to the sockets.
 */

interface Frame {
  id: number;
  do: 'join' | 'send';
  name?: string;
  content?: string;
}

const members = new Map<Socket, string>();

function send(socket: Socket, frame: unknown): void {
  socket.write(`${JSON.stringify(frame)}\n`);
}

function take(socket: Socket, frame: Frame): void {
  if (frame.do === 'join') {
    members.set(socket, frame.name ?? 'somebody');
  } else {
    const from = members.get(socket);
    for (const member of members.keys()) send(member, { event: 'message', from, at: Date.now(), content: frame.content });
  }
  send(socket, { id: frame.id, ok: {} });
}

const server = createServer({ noDelay: true }, socket => {
  createInterface({ input: socket }).on('line', line => {
    try {
      take(socket, JSON.parse(line));
    } catch {
      socket.destroy();
    }
  });
  socket.on('close', () => members.delete(socket));
  socket.on('error', () => socket.destroy());
});

server.listen(0, '127.0.0.1', 1024, () => {
  const address = server.address();
  if (address && typeof address === 'object') process.stdout.write(`ready tcp=127.0.0.1:${address.port}\n`);
});

process.on('SIGTERM', () => {
  for (const socket of members.keys()) socket.destroy();
  server.close();
});
