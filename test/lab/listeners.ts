/** Listens on the ports of its command line as an SSH server that says no more than its name. Prints a line when it does. */
import { once } from 'node:events';
import { createServer } from 'node:net';

for (const port of process.argv.slice(2)) {
  const server = createServer(socket => {
    socket.on('error', () => {});
    socket.end('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n');
  }).listen(Number(port), '0.0.0.0');
  await once(server, 'listening');
}
console.log('listening');
