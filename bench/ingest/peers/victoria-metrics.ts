import { join } from 'node:path';
import { programPath } from '../../../scripts/programs.ts';
import { freePort, startServer } from '../../kit/server.ts';
import type { Peer } from './peer.ts';

/** VictoriaMetrics of Debian: lines of figures by HTTP, answered when they are in memory. */
export const victoriaMetrics: Peer = {
  name: 'victoria-metrics',
  needs: ['victoria-metrics'],
  async start(folder, _sites, core) {
    const port = await freePort();
    const options = [
      `-storageDataPath=${join(folder, 'victoria')}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      '-loggerOutput=stdout',
      '-retentionPeriod=1',
    ];
    return await startServer({
      command: [programPath('victoria-metrics')!, ...options],
      core,
      ready: line => (line.includes('started VictoriaMetrics in') ? { tcpPort: port, httpPort: port } : undefined),
    });
  },
};
