import { type ReportedHost, report } from '@aerie/contract/reports';
import { describe, expect, test } from 'vitest';
import { BadNmapOutput, NmapReader } from './nmap-xml.ts';

/** Reads a document in pieces of this length, as they might come. */
function hostsInNmapXml(xml: string, piece = 1_000): ReportedHost[] {
  const hosts: ReportedHost[] = [];
  const reader = new NmapReader({ host: host => hosts.push(host) });
  for (let at = 0; at < xml.length; at += piece) reader.write(xml.slice(at, at + piece));
  reader.end();
  return hosts;
}

const end = '<runstats><finished time="1" exit="success"/><hosts up="1" down="0" total="1"/></runstats></nmaprun>';
const run = (hosts: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner="nmap" version="7.93">${hosts}${end}`;
const host = (address: string, inside = '') => `<host><status state="up"/><address addr="${address}" addrtype="ipv4"/>${inside}</host>`;

describe('what nmap prints', () => {
  test('is read whole', () => {
    const [found] = hostsInNmapXml(
      run(`<host starttime="1"><status state="up" reason="arp-response"/>
        <address addr="10.0.0.7" addrtype="ipv4"/><address addr="3C:D9:2B:00:10:01" addrtype="mac" vendor="Hewlett Packard"/>
        <hostnames><hostname name="liar.example" type="PTR"/></hostnames>
        <ports><extraports state="closed" count="3"><extrareasons reason="reset" count="3" proto="tcp" ports="21-22,25"/></extraports>
          <port protocol="tcp" portid="80"><state state="open" reason="syn-ack"/><service name="http" product="nginx &quot;x&quot; &amp;lt;" version="1.22.1"><cpe>cpe:/a</cpe></service><script id="x" output="y"><table><elem>z</elem></table></script></port>
          <port protocol="tcp" portid="81"><state state="filtered"/></port>
          <port protocol="udp" portid="53"><state state="open|filtered"/></port></ports>
        <os><osmatch name="Linux 4.15" accuracy="88"/><osmatch name="Linux 5.4" accuracy="97"/></os>
        <times srtt="1234" rttvar="1" to="100000"/></host>`),
    );
    expect(found).toEqual({
      address: '10.0.0.7',
      hostname: null,
      mac: '3c:d9:2b:00:10:01',
      vendor: 'Hewlett Packard',
      status: 'up',
      rttMs: 1.234,
      os: { name: 'Linux 5.4', accuracy: 97 },
      ports: [
        ...[21, 22, 25].map(port => ({ port, protocol: 'tcp', state: 'closed', service: null, product: null, version: null })),
        { port: 80, protocol: 'tcp', state: 'open', service: 'http', product: 'nginx "x" &lt;', version: '1.22.1' },
        { port: 81, protocol: 'tcp', state: 'filtered', service: null, product: null, version: null },
      ],
    });
  });

  test('is the same however it is cut', () => {
    const xml = run(
      host('10.0.0.1', '<ports><port protocol="udp" portid="53"><state state="open"/><service name="domain"/></port></ports>') +
        host(
          '10.0.0.2',
          '<ports><port protocol="tcp" portid="443"><state state="open"/><service name="http" tunnel="ssl"/></port></ports>',
        ),
    );
    const whole = hostsInNmapXml(xml, xml.length);
    expect(whole.map(({ ports }) => ports.map(({ protocol, service }) => `${protocol} ${service}`))).toEqual([
      ['udp domain'],
      ['tcp ssl/http'],
    ]);
    for (const piece of [1, 2, 7, 64]) expect(hostsInNmapXml(xml, piece)).toEqual(whole);
  });

  test('gives each host as soon as it is whole, and how far nmap is', () => {
    const seen: string[] = [];
    const reader = new NmapReader({ host: ({ address }) => seen.push(address), progress: percent => seen.push(`${percent} %`) });
    reader.write(`<nmaprun><hosthint><status state="up"/><address addr="10.0.0.9"/></hosthint>${host('10.0.0.1')}`);
    reader.write('<taskprogress task="SYN Stealth Scan" time="1" percent="42.50" remaining="3"/><host><status state="up"/>');
    expect(seen).toEqual(['10.0.0.1', '42.5 %']);
    expect(() => reader.end()).toThrow(/before it was done/);
  });

  test('may lack almost everything', () => {
    expect(hostsInNmapXml(run('<host><address addr="10.0.0.1"/></host>'))).toMatchObject([
      { address: '10.0.0.1', status: 'unknown', ports: [] },
    ]);
    expect(hostsInNmapXml(run(''))).toEqual([]);
    expect(hostsInNmapXml(run('<host/><host></host><host><status/></host>'))).toEqual([]);
  });

  test('does not close the ports of a host that took too long', () => {
    const slow = '<host timedout="true"><status state="up"/><address addr="10.0.0.1" addrtype="ipv4"/></host>';
    expect(hostsInNmapXml(run(slow))).toMatchObject([{ status: 'unknown', ports: [] }]);
  });

  test.each([
    ['nothing', ''],
    ['half a document', run(host('10.0.0.1')).slice(0, 150)],
    ['a document that ended early', run(host('10.0.0.1')).replace(end, '</nmaprun>')],
    ['another document', '<html><body>Log in to the hotel</body></html>'],
    ['no XML', 'Starting Nmap 7.93\nQUITTING!'],
    ['a deep document', '<a>'.repeat(100_000)],
  ])('%s is refused', (_, xml) => {
    expect(() => hostsInNmapXml(xml)).toThrow(BadNmapOutput);
  });
});

describe('hostile output', () => {
  test('expands no entity of its own', () => {
    const bomb = Array.from({ length: 30 }, (_, i) => `<!ENTITY a${i + 1} "${`&a${i};`.repeat(10)}">`).join('');
    const doctype = `<!DOCTYPE nmaprun [<!ENTITY a0 "boom"><!ENTITY file SYSTEM "file:///etc/passwd">${bomb}]>`;
    const service = (text: string) =>
      `<ports><port protocol="tcp" portid="80"><state state="open"/><service name="${text}"/></port></ports>`;
    const xml = run(host('10.0.0.1', service('&a30;&file;'))).replace('<!DOCTYPE nmaprun>', doctype);
    let names: (string | null)[] = [];
    try {
      names = hostsInNmapXml(xml).flatMap(({ ports }) => ports.map(port => port.service));
    } catch (error) {
      expect(error).toBeInstanceOf(BadNmapOutput);
    }
    for (const name of names) expect(name).toBe('&a30;&file;');
  });

  test('leaves texts without control characters or turned directions, and short', () => {
    const text = `evil&#10;2026 WARNING [LOGIN]&#x0;&#27;[31m\u202etxt.exe&#x202e;\u0085${'x'.repeat(500)}`;
    const [found] = hostsInNmapXml(
      run(
        host(
          '10.0.0.1',
          `<ports><port protocol="tcp" portid="1"><state state="open"/><service name="${text}" product="${text}" version="${text}"/></port></ports>`,
        ),
      ),
    );
    const port = found!.ports[0]!;
    for (const field of [port.service!, port.product!, port.version!]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these must be gone
      expect(field).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    }
    expect([port.service!.length, port.product!.length, port.version!.length]).toEqual([100, 200, 100]);
  });

  test('cannot name what no port, address or accuracy is', () => {
    const found = hostsInNmapXml(
      run(
        ['999.1.1.1', 'fe80::1%eth0', '&lt;script&gt;', '10.0.0.1'].map(one => host(one)).join('') +
          host(
            '10.0.0.2',
            '<ports><port protocol="tcp" portid="70000"><state state="open"/></port><port protocol="sctp" portid="1"><state state="open"/></port><port protocol="tcp" portid="__proto__"><state state="open"/></port><extraports state="closed"><extrareasons proto="tcp" ports="1-999999"/></extraports></ports><os><osmatch name="x" accuracy="1000"/></os><times srtt="-5"/>',
          ),
      ),
    );
    expect(found.map(({ address }) => address)).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(found[1]).toMatchObject({ ports: [], os: null, rttMs: null });
  });

  test('cannot pollute prototypes', () => {
    try {
      hostsInNmapXml(run(`<host __proto__="x"><__proto__ polluted="yes"/><constructor polluted="yes"/></host>`));
    } catch (error) {
      expect(error).toBeInstanceOf(BadNmapOutput);
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('of 100 MB is read without being kept', () => {
    const reader = new NmapReader({ host: () => {} });
    reader.write('<nmaprun>');
    const before = process.memoryUsage().heapUsed;
    const some = host('10.0.0.1', '<ports><extraports state="closed"><extrareasons proto="tcp" ports="1-9"/></extraports></ports>').repeat(
      5_000,
    );
    let most = 0;
    for (let written = 0; written < 100_000_000; written += some.length) {
      reader.write(some);
      most = Math.max(most, process.memoryUsage().heapUsed - before);
    }
    expect(most).toBeLessThan(200 * 1024 * 1024);
  });

  test.each([
    ['a text without end', 'x'.repeat(4_000_000)],
    ['an attribute without end', `<host a="${'x'.repeat(4_000_000)}`],
    ['a name without end', `<${'x'.repeat(4_000_000)}`],
    ['elements in elements without end', '<a>'.repeat(100)],
  ])('with %s is refused', (_, rest) => {
    expect(() => hostsInNmapXml(`<nmaprun>${rest}`)).toThrow(BadNmapOutput);
  });

  test('of a host with more ports than there are keeps what fits a report', () => {
    const ports = Array.from({ length: 70_000 }, (_, i) => `<port protocol="tcp" portid="${i + 1}"><state state="open"/></port>`).join('');
    const hosts = hostsInNmapXml(
      run(host('10.0.0.1', `<ports>${ports}<extraports state="closed"><extrareasons proto="udp" ports="1-65535"/></extraports></ports>`)),
    );
    expect(hosts[0]!.ports).toHaveLength(4_096);
    expect(report.shape.hosts.safeParse(hosts).success).toBe(true);
  });
});
