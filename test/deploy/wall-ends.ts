/**
 * The two ends of a wall. `listen PORT…` accepts on all addresses and prints a line when it does; `connect "ADDRESS PORT"…` tries
 * each and prints what became of it as JSON: open, refused, or silent, when nothing came back. `hold "ADDRESS PORT"` keeps a
 * connection to an SSH server, prints `held`, and for a line on stdin goes on talking and prints `answered`.
 */
import { once } from 'node:events';
import net from 'node:net';

/** Long enough for a machine that is busy: what is open answers at once. */
const patienceMs = 1_500;
const [mode, ...rest] = process.argv.slice(2);

function attempt(target: string): Promise<string> {
  const [host, port] = target.split(' ');
  return new Promise(resolve => {
    const socket = net.connect({ host: host!, port: Number(port) });
    const timer = setTimeout(() => done('silent'), patienceMs);
    const done = (what: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(what);
    };
    socket.once('connect', () => done('open'));
    socket.once('error', () => done('refused'));
  });
}

if (mode === 'listen') {
  for (const port of rest) {
    const server = net.createServer(socket => socket.on('error', () => undefined).end('hello\r\n')).listen(Number(port), '::');
    await once(server, 'listening');
  }
  console.log('listening');
} else if (mode === 'hold') {
  const [host, port] = rest[0]!.split(' ');
  const socket = net.connect({ host: host!, port: Number(port) });
  await once(socket, 'data');
  console.log('held');
  await once(process.stdin, 'data');
  socket.write('SSH-2.0-held\r\n');
  // Its first message: how it could encrypt.
  await once(socket, 'data');
  console.log('answered');
  socket.destroy();
  process.stdin.destroy();
} else {
  const found = await Promise.all(rest.map(async target => [target, await attempt(target)]));
  console.log(JSON.stringify(Object.fromEntries(found)));
}
