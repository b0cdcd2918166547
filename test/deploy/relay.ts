/**
 * Runs in the network of somebody else (`ip netns exec`), and takes whoever connects to a socket of this machine to a host there:
 * `relay.ts SOCKET=HOST=PORT=FROM…`. Prints a line when it listens, and ends when its standard input does.
 */
import { once } from 'node:events';
import net from 'node:net';

for (const pair of process.argv.slice(2)) {
  const [path, host, port, localAddress] = pair.split('=') as [string, string, string, string];
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, near => {
    const far = net.connect({ host, port: Number(port), localAddress, allowHalfOpen: true });
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  server.listen(path);
  await once(server, 'listening');
}
process.stdout.write('ready\n');
process.stdin.resume().on('end', () => process.exit(0));
