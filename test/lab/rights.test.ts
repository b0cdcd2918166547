import { accessSync, chmodSync, constants, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { firstPolicy, type Policy, type Report, report } from '@aerie/contract/reports';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { http, https, ssh } from '../../bench/scan/lab/greetings.ts';
import { Lan } from '../../bench/scan/lab/lan.ts';
import { needs, program } from '../kit/needs.ts';
import { removeFolder, root, scratchFolder } from '../kit/scratch.ts';

const hosts = [
  { number: 1, mac: '3c:d9:2b:00:10:01', services: [ssh(), http(80, 'nginx/1.22.1', 'Intranet')] },
  { number: 2, mac: 'da:a1:19:00:00:02', services: [https(443, 'nginx/1.22.1', 'Router')] },
];
const nobody = 65_534;

/** Whether a user who is not root may read the programs of this copy: not when it stands in somebody's home. */
function isOpenToAll(path: string): boolean {
  if ((statSync(path).mode & constants.S_IXOTH) === 0) return false;
  return dirname(path) === path || isOpenToAll(dirname(path));
}

needs(
  'netns',
  'mount',
  'python3',
  'nmap',
  'setpriv',
)('a probe that is not root', () => {
  const base = scratchFolder('rights');
  let lan: Lan;

  beforeAll(async () => {
    lan = await Lan.open({ folder: base, hosts });
  });
  afterAll(() => {
    lan.down();
    removeFolder(base);
  });

  async function scan(capabilities: string): Promise<Report> {
    const folder = join(base, 'probe');
    mkdirSync(folder, { recursive: true });
    const policy: Policy = {
      ...firstPolicy,
      ranges: hosts.map(({ number }) => `${lan.address(number)}/32`),
      ports: '22,80,443',
      udpPorts: '53',
    };
    writeFileSync(join(folder, 'policy.json'), JSON.stringify(policy));
    chmodSync(base, 0o755);
    chmodSync(folder, 0o755);
    const user = [
      '--reuid',
      String(nobody),
      '--regid',
      String(nobody),
      '--clear-groups',
      '--inh-caps',
      capabilities,
      '--ambient-caps',
      capabilities,
    ];
    const command = [program('setpriv'), ...user, process.execPath, join(root, 'packages/harvester/src/main.ts'), 'scan', '--json'];
    const env = { PATH: process.env.PATH, HOME: '/nonexistent', HARVESTER_DATA: folder };
    const { code, stdout, stderr } = await lan.run(command, { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return report.parse(JSON.parse(stdout));
  }
  const facts = ({ missing }: Report) => missing.map(({ fact }) => fact).filter(fact => fact !== 'wan' && fact !== 'hostname');
  const products = ({ hosts: found }: Report) =>
    found.map(({ ports }) =>
      ports.filter(({ state }) => state === 'open').map(({ port, product }) => (port === 443 ? '443' : `${port} ${product}`)),
    );

  it.skipIf(!isOpenToAll(root))('and has CAP_NET_RAW sees what root sees', async () => {
    accessSync(process.execPath, constants.X_OK);
    const found = await scan('+net_raw');
    expect(found.scanner).toBe('nmap');
    expect(facts(found)).toEqual([]);
    expect(products(found)).toEqual([['22 OpenSSH', '80 nginx'], ['443']]);
    expect(found.hosts[0]).toMatchObject({ mac: hosts[0]!.mac, vendor: 'Hewlett Packard', os: { accuracy: expect.any(Number) } });
    expect(found.hosts[0]!.ports.find(({ port }) => port === 80)).toMatchObject({ title: 'Intranet' });
    expect(found.hosts[1]).toMatchObject({ mac: hosts[1]!.mac, randomMac: true });
    expect(found.hosts[1]!.ports.find(({ port }) => port === 443)).toMatchObject({
      title: 'Router',
      tls: { notAfter: expect.any(Number) },
    });
  });

  it.skipIf(!isOpenToAll(root))('and has not connects only, and says what that leaves out', async () => {
    const found = await scan('-all');
    expect(found.scanner).toBe('nmap');
    expect(facts(found).sort()).toEqual(['os', 'udp']);
    expect(found.missing.find(({ fact }) => fact === 'os')!.reason).toContain('CAP_NET_RAW');
    expect(products(found)).toEqual([['22 OpenSSH', '80 nginx'], ['443']]);
    // The kernel knows whom it has spoken with.
    expect(found.hosts.map(({ mac }) => mac)).toEqual(hosts.map(({ mac }) => mac));
  });
});
