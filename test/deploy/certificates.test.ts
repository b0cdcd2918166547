import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { needs } from '../kit/needs.ts';
import { password } from '../kit/people.ts';
import { root } from '../kit/scratch.ts';
import { within } from '../kit/wait.ts';
import { bootMs } from './machine.ts';
import { server, site, WebLab } from './web-lab.ts';

const dayMs = 86_400_000;
const [fullchain, privkey] = ['/etc/aerie/tls/fullchain.pem', '/etc/aerie/tls/privkey.pem'] as const;

needs(
  'mmdebstrap',
  'nspawn',
  'netns',
)('the certificate', () => {
  let lab: WebLab;
  let token: string;
  beforeAll(async () => {
    lab = await WebLab.open();
    await lab.startNester({ AERIE_TLS_CERT: fullchain, AERIE_TLS_KEY: privkey, AERIE_TCP_TLS: '0.0.0.0:12346' });
    token = await lab.firstAdministrator('Ada', password);
    // An authority of the school's own.
    await lab.machine.run('sh', ['-euc', authority]);
  }, bootMs);
  afterAll(() => lab?.remove());

  const run = (name: string, ...args: string[]) => lab.machine.run(lab.shipped(name), args, { mayFail: true });
  const inPlace = () => [lab.machine.read(fullchain), lab.machine.read(privkey)];
  /** What is shown on a port, whoever vouches for it. */
  const shown = async (port: 443 | 12346) => {
    const socket = lab.alice.tls({ rejectUnauthorized: false }, { port });
    await within(10_000, `TLS on ${port}`, once(socket, 'secureConnect'));
    const certificate = socket.getPeerX509Certificate()!;
    socket.destroy();
    return certificate;
  };
  const comesToShow = async (fingerprint: string, ports: readonly (443 | 12346)[]) => {
    for (const port of ports)
      await lab.machine.until(`${fingerprint} on ${port}`, async () => (await shown(port)).fingerprint256 === fingerprint);
  };
  /** A certificate by the school's authority; answers where it and its key are. */
  const issued = async (name: string, { days = 90, names = `DNS:${name}` } = {}): Promise<[string, string]> => {
    const { stdout } = await lab.machine.run('sh', ['-euc', issue, 'sh', name, String(days), names]);
    return stdout.trim().split(' ') as [string, string];
  };

  it('signs itself at first: for all names and addresses, for 825 days, its key for root and Nester', async () => {
    const certificate = new X509Certificate(lab.certificate);
    expect([certificate.issuer, certificate.verify(certificate.publicKey)]).toEqual([certificate.subject, true]);
    expect(certificate.subjectAltName).toBe(`DNS:${site}, IP Address:${server[4]}, IP Address:2001:DB8:0:0:0:0:0:1`);
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)).toBe(825 * dayMs);
    expect(certificate.ca).toBe(false);
    const { stdout } = await lab.machine.run('stat', ['-c', '%U:%G %a', '/etc/aerie/tls', fullchain, privkey]);
    expect(stdout).toBe('root:aerie 750\nroot:aerie 644\nroot:aerie 640\n');
    expect((await lab.machine.run('cat', [privkey], { as: 'www-data', mayFail: true })).code).not.toBe(0);
    await comesToShow(certificate.fingerprint256, [443, 12346]);
  });

  it('stays when it is there, and is made anew when that is asked for', async () => {
    const before = inPlace();
    const kept = await run('self-signed', 'other.example');
    const { fingerprint256 } = new X509Certificate(lab.certificate);
    expect(kept).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`kept: ${fullchain}\nSHA-256 fingerprint: ${fingerprint256}\n`),
    });
    expect(inPlace()).toEqual(before);
    await lab.machine.run('mv', [privkey, '/root/aside']);
    expect(await run('self-signed', site)).toMatchObject({ code: 1, stderr: expect.stringContaining('has no privkey.pem') });
    await lab.machine.run('mv', ['/root/aside', privkey]);
    for (const wrong of [[], ['a,DNS:evil.example'], ['-x'], ['a b'], ['a/b'], ['']])
      expect((await run('self-signed', '--renew', ...wrong)).code, JSON.stringify(wrong)).toBe(2);
    expect(inPlace()).toEqual(before);

    const renewed = await lab.type('/opt/aerie/current/deploy/debian/nginx/self-signed --renew aerie.example 192.0.2.1');
    const anew = new X509Certificate(lab.certificate);
    expect(renewed.stdout).toContain(`made: ${fullchain}\nSHA-256 fingerprint: ${anew.fingerprint256}\n`);
    expect(anew.fingerprint256).not.toBe(fingerprint256);
    expect((await lab.machine.run('stat', ['-c', '%U:%G %a', privkey])).stdout).toBe('root:aerie 640\n');
    // What a person does then, as the script says nothing to anybody.
    await lab.type('systemctl reload nginx');
    await lab.type('systemctl kill --signal=HUP nester');
    await comesToShow(anew.fingerprint256, [443, 12346]);
    const printed = await lab.type('openssl x509 -in /etc/aerie/tls/fullchain.pem -noout -fingerprint -sha256');
    expect(printed.stdout).toBe(`sha256 Fingerprint=${anew.fingerprint256}\n`);
    expect((await lab.machine.run('ls', ['-A', '/etc/aerie/tls'])).stdout).toBe('fullchain.pem\nprivkey.pem\n');
  });

  const probeCode = async (code: string) => {
    const { siteId } = await lab.alice.call('site.create', { code, name: code }, token);
    return (await lab.alice.call('probe.code', { siteId }, token)).code;
  };
  /** A real Harvester, on a machine of the network. */
  const enrol = async (folder: string, code: string) => {
    const program = join(root, 'packages/harvester/bin/harvester.js');
    const args = ['enrol', `https://${server[4]}`, code, '--data', join(lab.folder, folder)];
    return await lab.alice.run(process.execPath, [program, ...args]);
  };

  it('is known again by a probe that joins through nginx', async () => {
    const code = await probeCode('KC');
    expect(code).toMatch(/^[\dA-Z-]{19}\.[\w-]{43}$/);
    const forged = `${code.slice(0, -43)}${'x'.repeat(43)}`;
    expect(await enrol('forged', forged)).toMatchObject({ code: 1, said: expect.stringContaining('the certificate there is not the one') });
    expect(await enrol('true', code)).toMatchObject({ code: 0 });
  });

  it('of one’s own is shown from the next connection on, and nobody who is there is cut off', async () => {
    const socket = lab.alice.webSocket({ authorization: `Bearer ${token}` });
    await once(socket, 'open');
    const line = lab.alice.tls({}, { port: 12346 });
    await once(line, 'secureConnect');

    const [chain, key] = await issued(site);
    await lab.machine.run('cp', [chain, '/root/fullchain.pem']);
    await lab.machine.run('cp', [key, '/root/privkey.pem']);
    const { stdout } = await lab.type('cd /root; /opt/aerie/current/deploy/debian/nginx/use-certificate fullchain.pem privkey.pem');
    const { fingerprint256 } = new X509Certificate(lab.certificate);
    expect(stdout).toContain(`SHA-256 fingerprint: ${fingerprint256}\n`);
    await comesToShow(fingerprint256, [443, 12346]);
    // Vouched for by the authority, through the one that is sent along.
    lab.authority = lab.machine.read('/root/ca/root.pem');
    for (const port of [443, 12346] as const) {
      const believer = lab.bob.tls({}, { port });
      await once(believer, 'secureConnect');
      expect(believer.authorized).toBe(true);
      believer.destroy();
    }
    socket.send('{"id":1,"do":"server.show","input":{}}');
    line.write('{"id":1,"do":"server.show","input":{}}\n');
    for (const [answer] of await Promise.all([once(socket, 'message'), once(line, 'data')])) expect(String(answer)).toContain('"ok":');
    socket.close();
    line.destroy();
    // The authority vouches for it: no probe has to be told how it looks.
    expect(await probeCode('PIT')).toMatch(/^[\dA-Z-]{19}$/);
  });

  it.each([
    ['a key of another one', async () => [(await issued(site))[0], (await issued('b.example'))[1]], 'does not belong'],
    ['one that is over', () => issued(site, { days: 0 }), 'is over'],
    ['one for another name', () => issued('other.example'), `is not for ${site}`],
    ['no certificate', async () => ['/etc/hostname', (await issued(site))[1]], 'holds no certificate'],
    ['no key', async () => [(await issued(site))[0], '/etc/hostname'], 'holds no private key'],
    ['nothing', async () => ['/root/none.pem', '/root/none.key'], 'cannot be read'],
  ])('is not %s: what was there stays', async (_, files, why) => {
    const before = inPlace();
    const [chain, key] = await files();
    expect(await run('use-certificate', chain!, key!)).toMatchObject({ code: 1, stderr: expect.stringContaining(why) });
    expect(inPlace()).toEqual(before);
    expect((await lab.machine.run('ls', ['-A', '/etc/aerie/tls'])).stdout).toBe('fullchain.pem\nprivkey.pem\n');
  });

  it('comes back as it was when nginx does not take it', async () => {
    const before = inPlace();
    const [chain, key] = await issued(site);
    lab.machine.write('/etc/nginx/conf.d/wrong.conf', 'nonsense;\n');
    expect(await run('use-certificate', chain, key)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('those of before are back'),
    });
    expect(inPlace()).toEqual(before);
    await lab.machine.run('rm', ['/etc/nginx/conf.d/wrong.conf']);
  });

  it('may be put there by hand too', async () => {
    const [chain, key] = await issued(site, { names: `DNS:${site},DNS:*.lycee.example` });
    await lab.machine.run('cp', [chain, '/root/fullchain.pem']);
    await lab.machine.run('cp', [key, '/root/privkey.pem']);
    await lab.type('cd /root; install -m 0644 -g aerie fullchain.pem /etc/aerie/tls/fullchain.pem');
    await lab.type('cd /root; install -m 0640 -g aerie privkey.pem /etc/aerie/tls/privkey.pem');
    await lab.type('nginx -t');
    await lab.type('systemctl reload nginx');
    await lab.type('systemctl kill --signal=HUP nester');
    await comesToShow(new X509Certificate(lab.certificate).fingerprint256, [443, 12346]);
  });
});

const authority = `mkdir -p /root/ca && cd /root/ca
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj '/CN=School root' -keyout root.key -out root.pem 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=School' -keyout between.key -out between.csr 2>/dev/null
echo 'basicConstraints=critical,CA:TRUE' > between.ext
openssl x509 -req -in between.csr -CA root.pem -CAkey root.key -CAcreateserial -days 30 -extfile between.ext -out between.pem 2>/dev/null`;

const issue = `cd /root/ca; id=$(mktemp -u XXXXXX)
openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$id.key" -out "$id.csr" 2>/dev/null
echo "subjectAltName=$3" > "$id.ext"
openssl x509 -req -in "$id.csr" -CA between.pem -CAkey between.key -CAcreateserial -days "$2" -extfile "$id.ext" -out "$id.pem" 2>/dev/null
cat between.pem >> "$id.pem"
echo "/root/ca/$id.pem /root/ca/$id.key"`;
