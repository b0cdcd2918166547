import { join } from 'node:path';
import { firstPolicy, type Policy } from '@aerie/contract/reports';
import { openStore } from '../../packages/nester/src/store/store.ts';
import { raisedLimits } from '../ingest/measure.ts';
import { type SeededProbe, seedSites } from '../ingest/seed.ts';
import { onNode, type Server, startServer } from '../kit/server.ts';
import { harvesterProgram, probeFolder } from './harvester.ts';

const nesterProgram = join(import.meta.dirname, '..', '..', 'packages', 'nester', 'src', 'main.ts');

/** A probe that is enrolled at a Nester of its own, both on 127.0.0.1 and not started yet. */
export interface ProbeAtNester {
  probeId: string;
  nesterFolder: string;
  probeFolder: string;
  startNester(core: number | undefined): Promise<Server>;
  startHarvester(nester: Server, core: number | undefined): Promise<Server>;
}

/** Makes the two folders: one site with one probe that follows this policy. */
export async function enrolledProbe(folder: string, policy: Partial<Policy> = {}): Promise<ProbeAtNester> {
  const nesterFolder = join(folder, 'nester');
  const probes = await seedSites(nesterFolder, 1);
  const [one] = probes as [SeededProbe];
  const followed: Policy = { ...firstPolicy, version: 2, ...policy };
  const store = await openStore({ folder: nesterFolder });
  await store.write
    .updateTable('site')
    .set({ policy: JSON.stringify(followed) })
    .execute();
  await store.close();
  const data = probeFolder(join(folder, 'probe'), followed, one);
  return {
    probeId: one.probeId,
    nesterFolder,
    probeFolder: data,
    startNester: core =>
      startServer({
        command: onNode(nesterProgram, ['serve']),
        core,
        env: {
          AERIE_DATA: nesterFolder,
          AERIE_HTTP: '127.0.0.1:0',
          AERIE_TCP: '127.0.0.1:0',
          AERIE_LOG: join(nesterFolder, 'nester.log'),
          AERIE_LIMITS: raisedLimits,
        },
      }),
    startHarvester: (nester, core) =>
      startServer({
        command: onNode(harvesterProgram, ['run']),
        core,
        env: {
          HARVESTER_DATA: data,
          HARVESTER_HTTP: '127.0.0.1:0',
          HARVESTER_NESTER: `http://127.0.0.1:${nester.httpPort}`,
        },
        ready: line => (line.startsWith('ready') ? { tcpPort: 0, httpPort: undefined } : undefined),
      }),
  };
}
