import type { ChildProcess } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { atExit } from '../kit/at-exit.ts';
import { needs, program } from '../kit/needs.ts';
import { password } from '../kit/people.ts';
import { within } from '../kit/wait.ts';
import { bootMs } from './machine.ts';
import { server, site, WebLab } from './web-lab.ts';

const directory = 'https://localhost:14000/dir';

needs(
  'mmdebstrap',
  'nspawn',
  'netns',
  'pebble',
)('a certificate by ACME', () => {
  let lab: WebLab;
  let token: string;
  const authority: ChildProcess[] = [];

  /** Starts a program of the authority in the network of the machine, and waits until it has said that it listens. */
  async function start(command: string, args: string[], says: string): Promise<void> {
    const child = lab.machine.beside('env', ['PEBBLE_VA_NOSLEEP=1', 'PEBBLE_WFE_NONCEREJECT=0', command, ...args]);
    child.once(
      'exit',
      atExit(() => child.kill('SIGKILL')),
    );
    authority.push(child);
    const ready = Promise.withResolvers<void>();
    let said = '';
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes(says)) ready.resolve();
      });
    child.once('exit', code => ready.reject(new Error(`${command} ended with ${code}:\n${said}`)));
    await within(15_000, `${command} to listen`, ready.promise);
  }

  beforeAll(async () => {
    lab = await WebLab.open();
    await lab.startNester({ AERIE_TLS_CERT: '/etc/aerie/tls/fullchain.pem', AERIE_TLS_KEY: '/etc/aerie/tls/privkey.pem' });
    token = await lab.firstAdministrator('Ada', password);
    // The authority's own address needs a certificate too.
    await lab.machine.run(lab.shipped('self-signed'), ['localhost', '127.0.0.1'], { env: { AERIE_TLS: '/etc/pebble' } });
    const own = (name: string) => {
      const path = join(lab.folder, 'pebble', name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, lab.machine.read(`/etc/pebble/${name}`));
      return path;
    };
    const config = {
      listenAddress: '127.0.0.1:14000',
      managementListenAddress: '127.0.0.1:15000',
      certificate: own('fullchain.pem'),
      privateKey: own('privkey.pem'),
      httpPort: 80,
      tlsPort: 443,
      ocspResponderURL: '',
      externalAccountBindingRequired: false,
    };
    writeFileSync(join(lab.folder, 'pebble.json'), JSON.stringify({ pebble: config }));
    // Its resolver: each name is the machine.
    const names = ['-defaultIPv4', server[4], '-defaultIPv6', server[6], '-dns01', '127.0.0.1:8053', '-management', '127.0.0.1:8055'];
    const none = ['-http01', '', '-https01', '', '-tlsalpn01', ''];
    await start(join(dirname(program('pebble')), 'pebble-challtestsrv'), [...names, ...none], 'Starting management server');
    await start(
      program('pebble'),
      ['-config', join(lab.folder, 'pebble.json'), '-dnsserver', '127.0.0.1:8053'],
      'ACME directory available',
    );
  }, bootMs);
  afterAll(async () => {
    for (const child of authority) child.kill('SIGKILL');
    await lab?.remove();
  });

  /** Types a line for certbot, which believes the authority here. */
  const certbot = (line: string, more = '') =>
    lab.type(`${line} ${more}`, { env: { REQUESTS_CA_BUNDLE: '/etc/pebble/fullchain.pem' }, ms: 90_000, mayFail: true });
  const shown = async () => {
    const socket = lab.alice.tls({ rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const certificate = socket.getPeerX509Certificate()!;
    socket.destroy();
    return certificate;
  };
  const comesToShow = (fingerprint: string) =>
    lab.machine.until('nginx to show it', async () => (await shown()).fingerprint256 === fingerprint);
  const inPlace = () => new X509Certificate(lab.certificate);

  it('is got with the webroot, put in place by the hook, and shown to everybody', async () => {
    const socket = lab.alice.webSocket({ authorization: `Bearer ${token}` });
    await once(socket, 'open');
    const line =
      'certbot certonly --webroot --webroot-path /var/www/aerie-acme --domain aerie.example --email admin@aerie.example --agree-tos --no-eff-email --deploy-hook /opt/aerie/current/deploy/debian/nginx/renew-hook';
    const got = await certbot(line, `--non-interactive --server ${directory}`);
    expect(got, got.stdout + got.stderr).toMatchObject({ code: 0 });
    expect(inPlace().subjectAltName).toBe(`DNS:${site}`);
    expect(inPlace().issuer).toContain('Pebble Intermediate');
    await comesToShow(inPlace().fingerprint256);
    expect((await lab.machine.run('stat', ['-c', '%U:%G %a', '/etc/aerie/tls/privkey.pem'])).stdout).toBe('root:aerie 640\n');
    // Who believes the authority needs no more: the certificate between came along.
    lab.authority = (await lab.machine.run('curl', ['-sk', 'https://127.0.0.1:15000/roots/0'])).stdout;
    expect((await lab.bob.ask('/healthz', { family: 6 })).status).toBe(200);
    // Nor does a probe have to be told how it looks.
    const { siteId } = await lab.alice.call('site.create', { code: 'KC', name: 'KC' }, token);
    expect((await lab.alice.call('probe.code', { siteId }, token)).code).toMatch(/^[\dA-Z-]{19}$/);
    socket.send('{"id":1,"do":"server.show","input":{}}');
    expect(String((await once(socket, 'message'))[0])).toContain('"ok":');
    socket.close();
  });

  it('is renewed by itself, with the same hook', async () => {
    const before = inPlace().fingerprint256;
    // What the timer does, each day: it is too early.
    expect((await certbot('certbot renew', '--quiet')).code).toBe(0);
    expect(inPlace().fingerprint256).toBe(before);
    const renewed = await certbot('certbot renew', '--force-renewal --no-random-sleep-on-renew');
    expect(renewed, renewed.stdout + renewed.stderr).toMatchObject({ code: 0 });
    expect(inPlace().fingerprint256).not.toBe(before);
    await comesToShow(inPlace().fingerprint256);
    expect((await lab.type('systemctl is-enabled certbot.timer')).stdout).toBe('enabled\n');
    const tried = await certbot('certbot renew --dry-run', `--server ${directory} --no-random-sleep-on-renew`);
    expect(tried.stdout + tried.stderr).toContain('all simulated renewals succeeded');
  });

  it('of another site on the machine is left to that site', async () => {
    const before = lab.certificate;
    const hook = (lineage: string, domains: string) =>
      lab.machine.run(lab.shipped('renew-hook'), [], { env: { RENEWED_LINEAGE: lineage, RENEWED_DOMAINS: domains }, mayFail: true });
    expect((await hook('/nowhere', `other.example not-${site}`)).code).toBe(0);
    expect(lab.certificate).toBe(before);
    expect(await hook('/nowhere', `other.example ${site}`)).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be read') });
    expect(lab.certificate).toBe(before);
  });
});
