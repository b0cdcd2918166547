import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { http, ssh } from '../../bench/scan/lab/greetings.ts';
import { Lan } from '../../bench/scan/lab/lan.ts';
import { needs, program } from '../kit/needs.ts';
import { scratchFolder } from '../kit/scratch.ts';
import { isRunning, LabProbe, written } from './lab-probe.ts';

const web = [ssh(), http(80, 'nginx/1.22.1', '<script>alert(1)</script>')];
/** What resolvers of bad neighbours say. A list is a name with dots and slashes inside its parts. */
const badNames: readonly (string | readonly string[])[] = [
  ['<img src=x onerror=alert(1)>'],
  ['../../x'],
  ['a\r\nINFO [LOGIN] forged\u009b2J', 'example'],
];

needs(
  'netns',
  'mount',
  'python3',
  'nmap',
)('a probe', () => {
  const base = scratchFolder('hostile');
  let lan: Lan;
  let probe: LabProbe;
  let folder: string;
  let count = 0;

  beforeAll(async () => {
    const hosts = [1, 2, 3].map((number, i) => ({ number, services: web, name: badNames[i]! }));
    lan = await Lan.open({ folder: base, hosts });
  });
  afterAll(() => lan.down());
  beforeEach(() => {
    count += 1;
    folder = join(base, String(count));
    probe = new LabProbe(lan, folder, { ranges: [1, 2, 3].map(number => lan.address(number)), ports: '22,80,443' });
  });
  afterEach(() => probe.end('SIGKILL'));

  const upIn = (hosts: readonly { address: string; status: string }[]) =>
    hosts.filter(({ status }) => status === 'up').map(({ address }) => address);
  const all = () => [1, 2, 3].map(number => lan.address(number));
  const reasons = (missing: readonly { reason: string }[]) => missing.map(({ reason }) => reason).join('\n');

  it('takes host names for what they are: text', async () => {
    const { hosts, missing } = await probe.scan();
    expect(upIn(hosts)).toEqual(all());
    for (const { hostname } of hosts) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
      expect(hostname ?? '').not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    }
    expect(hosts[0]!.hostname).toContain('<img src=x onerror=');
    expect(missing.map(({ fact }) => fact).filter(fact => fact !== 'hostname')).toEqual(['wan']);
    // A name that looks like a path has led nowhere.
    expect(existsSync(join(folder, 'x'))).toBe(false);
    expect(existsSync(join(base, 'x'))).toBe(false);
    expect(readdirSync(probe.folder).sort()).toEqual(
      ['devices.json', 'identity.json', 'policy.json', 'probe.key', 'reports', 'spool'].sort(),
    );
  });

  it('looks by itself when nmap is killed, and says why services are not known', async () => {
    probe.nmap('kill -9 $$');
    const { scanner, hosts, missing } = await probe.scan();
    expect([scanner, upIn(hosts)]).toEqual(['tcp', all()]);
    expect(hosts[0]!.ports.map(({ port, state }) => `${port} ${state}`)).toEqual(['22 open', '80 open', '443 closed']);
    expect(reasons(missing)).toContain('nmap was killed (SIGKILL)');
  });

  it('keeps what was found when nmap is killed in the middle', async () => {
    // Who is there and which ports are open is known; the look at services is what dies.
    probe.nmap(`case " $* " in *" -sV "*) kill -9 $$;; esac; exec ${program('nmap')} "$@"`);
    const { scanner, hosts, missing } = await probe.scan();
    expect([scanner, upIn(hosts)]).toEqual(['nmap', all()]);
    for (const { ports } of hosts) expect(ports.filter(({ state }) => state === 'open').map(({ port }) => port)).toEqual([22, 80]);
    expect(reasons(missing)).toContain('nmap was killed (SIGKILL)');
  });

  it.each([
    ['an endless document', "exec yes \"<host><address addr='10.79.0.1' addrtype='ipv4'/></host>\""],
    ['100 MB in one line', 'printf "<nmaprun><host><hostnames><hostname name=\\""; head -c 104857600 /dev/zero | tr "\\0" a'],
    [
      '100 MB in one element after the other',
      'printf "<nmaprun>"; yes "<script id=\'a\' output=\'b\'/>" | head -c 104857600; printf "</nmaprun>"',
    ],
    [
      'an entity bomb',
      `cat <<'XML'
<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<nmaprun><host><status state="up"/><address addr="10.79.0.1" addrtype="ipv4"/><hostnames><hostname name="&c;"/></hostnames></host></nmaprun>
XML`,
    ],
    ['a file of this machine', `printf '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><nmaprun><host>&e;</host></nmaprun>'`],
  ])('finds its hosts all the same, in bounded memory, when nmap prints %s', async (_, script) => {
    probe.nmap(`cat >/dev/null; ${script}`);
    const { hosts, missing } = await probe.scan();
    expect(JSON.stringify([hosts, missing])).not.toMatch(/root:x|aaaaaaaaaa/);
    // Nobody is said to be away who is there, and it stands there that nmap was of no use.
    expect(upIn(hosts)).toEqual(all());
    expect(reasons(missing)).toMatch(/nmap/);
  });

  it('ends a hanging nmap when it is told to stop, and leaves nothing half written', async () => {
    probe.nmap(`echo $$ > ${folder}/nmap.pid; exec sleep 600`);
    probe.start('scan', '--json');
    await written(folder, 'nmap.pid', '\n');
    const pid = Number(readFileSync(join(folder, 'nmap.pid'), 'utf8'));
    expect(isRunning(pid)).toBe(true);
    expect(await probe.end('SIGTERM')).toBe(1);
    expect(isRunning(pid)).toBe(false);
    expect(existsSync(join(probe.folder, 'reports')) ? probe.reports() : []).toEqual([]);
  });
});
