import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ProgramName, programPath } from '../../scripts/programs.ts';
import { compiled } from '../kit/compile.ts';
import { newFolder } from '../kit/folders.ts';
import { freePort, startServer } from '../kit/server.ts';
import type { Contender } from './contender.ts';

/** A server of IRC from Debian: its limits against floods and crowds are off, and it gets TCP_NODELAY from outside. */
function ircServer(
  name: ProgramName,
  parts: {
    configuration(port: number): string;
    arguments(file: string): string[];
    ready: RegExp;
    /** How many may be on their way in at once, of so many. */
    concurrency(members: number): number;
  },
): Contender {
  return {
    name,
    dialect: 'irc',
    needs: name,
    async start(members, { core }) {
      const folder = newFolder(`${name}-`);
      const remove = () => rmSync(folder, { recursive: true, force: true });
      process.once('exit', remove);
      try {
        const port = await freePort();
        const file = join(folder, `${name}.conf`);
        writeFileSync(file, parts.configuration(port));
        const server = await startServer({
          command: [programPath(name) ?? name, ...parts.arguments(file)],
          env: { LD_PRELOAD: await compiled('nodelay') },
          core,
          ready: line => (parts.ready.test(line) ? { tcpPort: port, httpPort: undefined } : undefined),
        });
        return {
          server,
          access: { concurrency: parts.concurrency(members) },
          async stop() {
            await server.stop();
            process.off('exit', remove);
            remove();
          },
        };
      } catch (error) {
        remove();
        throw error;
      }
    },
  };
}

/** InspIRCd 3, the fastest of the known ones on one core. */
export const inspircd = ircServer('inspircd', {
  arguments: file => ['--nofork', '--nolog', '--nopid', '--runasroot', '--config', file],
  ready: /is now running as/,
  // It lets newcomers in once a second, however many have come.
  concurrency: members => members,
  configuration: port => `<config format="xml">
<server name="bench.local" description="bench" network="Bench" id="001">
<admin name="bench" nick="bench" email="bench@bench.local">
<bind address="127.0.0.1" port="${port}" type="clients">
<connect name="main" allow="*" timeout="120" pingfreq="600" hardsendq="104857600" softsendq="104857600" recvq="1048576"
  threshold="1000000000" commandrate="1000000000" fakelag="no" localmax="100000" globalmax="100000" limit="100000"
  maxconnwarn="no" resolvehostnames="no" useident="no" maxchans="20">
<options defaultmodes="n">
<performance netbuffersize="65534" somaxconn="4096" softlimit="100000" clonesonconnect="no" quietbursts="yes">
<dns server="127.0.0.1" timeout="1">
<whowas groupsize="0" maxgroups="0" maxkeep="1s">
`,
});

export const ngircd = ircServer('ngircd', {
  arguments: file => ['--nodaemon', '--config', file],
  ready: /Server ".*" .*ready/,
  // Its queue for connections that it has not accepted holds ten; the eleventh waits a second for the next try.
  concurrency: () => 8,
  configuration: port => `[Global]
Name = bench.local
Info = bench
AdminInfo1 = bench
Listen = 127.0.0.1
Ports = ${port}
MotdPhrase = bench
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxPenaltyTime = 0
PingTimeout = 600
PongTimeout = 600
[Options]
DNS = no
Ident = no
PAM = no
`,
});
