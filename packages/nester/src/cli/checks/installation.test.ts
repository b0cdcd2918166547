import {
  chmodSync,
  chownSync,
  copyFileSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupName } from '../../backups/names.ts';
import { type Config, readConfig, type Settings } from '../../config.ts';
import { selfSignedCertificate, selfSignedPaths } from '../../self-signed.ts';
import { checkBackups, checkBackupTimer } from './backups.ts';
import { checkServedCertificate } from './certificate.ts';
import { kindOf, type Layout, layoutUnder, partsLeftOut } from './layout.ts';
import { checkNginx, checkSite, hasNginx } from './nginx.ts';
import { forwardedIn, wholeConfiguration } from './nginx-configuration.ts';
import { checkProxyTrust } from './proxy.ts';
import { checkRights, secretKeyPlace } from './rights.ts';
import type { Run } from './tools.ts';

const now = Date.parse('2026-12-01T12:00:00Z');
const hour = 3_600_000;
const day = 24 * hour;
const site = readFileSync(new URL('../../../../../deploy/debian/nginx/aerie.conf', import.meta.url), 'utf8');
const isRoot = process.getuid?.() === 0;

describe('an installation', () => {
  let root: string;
  let layout: Layout;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'aerie-installation-'));
    layout = layoutUnder(root);
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const put = (file: string, text = '', mode = 0o644) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
  };
  const configure = (settings: Partial<Settings> = {}): Config => readConfig({ data: join(root, 'var/lib/aerie'), ...settings }, {});
  const levels = (findings: { level: string }[]) => findings.map(({ level }) => level);

  it('is told from a container, and from a copy of the repository; knows what was left out', () => {
    expect(kindOf(layout)).toBe('copy');
    put(layout.configFile);
    expect(kindOf(layout)).toBe('installed');
    expect([...partsLeftOut(layout)]).toEqual([]);
    put(layout.choices, '# What install.sh was told\nroles=nester\nwithout=ufw,backups\n');
    expect([...partsLeftOut(layout)]).toEqual(['ufw', 'backups']);
    put(layout.container[0]!);
    expect(kindOf(layout)).toBe('container');
  });

  it.runIf(isRoot)('has owners and rights, each fault with its mend', () => {
    put(layout.passwd, 'root:x:0:0::/root:/bin/sh\naerie:x:990:991::/:/bin/false\nharvester:x:989:988::/:/bin/false\n');
    put(layout.group, 'root:x:0:\nadm:x:4:\naerie:x:991:\nharvester:x:988:\n');
    const config = configure({ log: join(root, 'var/log/classcord/classcord.log') });
    const own = (path: string, mode: number, uid = 0, gid = 0) => {
      chownSync(path, uid, gid);
      chmodSync(path, mode);
    };
    mkdirSync(layout.current, { recursive: true });
    put(layout.configFile);
    own(layout.configFile, 0o640, 0, 991);
    put(layout.secretKey, '', 0o600);
    put(layout.certificate);
    put(layout.certificateKey);
    own(layout.certificateKey, 0o640, 0, 991);
    put(join(config.data, 'nester.db'));
    own(join(config.data, 'nester.db'), 0o600, 990, 991);
    own(config.data, 0o700, 990, 991);
    mkdirSync(config.backups);
    own(config.backups, 0o700, 990, 991);
    put(config.log!);
    own(config.log!, 0o640, 990, 4);
    own(dirname(config.log!), 0o750, 990, 4);
    expect(checkRights(config, layout)).toEqual([{ level: 'good', says: 'Owners and rights of 12 files and folders' }]);

    const spoilt: [string, () => void, string][] = [
      ['others read the configuration', () => own(layout.configFile, 0o644, 0, 991), `chmod 640 ${layout.configFile}`],
      ['the service cannot read it', () => own(layout.configFile, 0o600, 0, 991), `chmod 640 ${layout.configFile}`],
      ['nor its group', () => own(layout.configFile, 0o640), `chown root:aerie ${layout.configFile}`],
      ['others read the key of the certificate', () => own(layout.certificateKey, 0o644), `chmod 640 ${layout.certificateKey}`],
      ['the key of the secrets is not root’s', () => own(layout.secretKey, 0o600, 990), `chown root ${layout.secretKey}`],
      ['root made the database', () => own(join(config.data, 'nester.db'), 0o600), `chown aerie:aerie ${config.data}/nester.db`],
      ['others look into the backups', () => own(config.backups, 0o755, 990, 991), `chmod 700 ${config.backups}`],
      ['root’s log', () => own(config.log!, 0o640), `chown aerie ${config.log}`],
      ['others read the log', () => own(config.log!, 0o644, 990, 4), `chmod 640 ${config.log}`],
      ['a folder of the log that others list', () => own(dirname(config.log!), 0o755, 990, 4), `chmod 750 ${dirname(config.log!)}`],
      ['everybody changes the programs', () => own(layout.current, 0o777), `chmod 755 ${layout.current}`],
    ];
    for (const [what, spoil, mend] of spoilt) {
      spoil();
      const findings = checkRights(config, layout);
      expect(findings, what).toMatchObject([{ level: 'wrong', mend }]);
      // The mend is a command of Debian's own; here its numbers are not those of this machine's users.
      const [command, wanted, file] = findings[0]!.mend!.split(' ') as [string, string, string];
      if (command === 'chmod') chmodSync(file, Number.parseInt(wanted, 8));
      else {
        const isAdm = file === dirname(config.log!);
        chownSync(file, wanted.startsWith('aerie') ? 990 : 0, isAdm || file === config.log ? 4 : wanted.endsWith('aerie') ? 991 : 0);
      }
      expect(levels(checkRights(config, layout)), what).toEqual(['good']);
    }

    // A line to paste holds no name of somebody else's making, and is not done to what a link of theirs leads to.
    put(join(config.backups, '$(reboot).tar.gz'));
    expect(levels(checkRights(config, layout))).toEqual(['good']);
    rmSync(join(config.data, 'nester.db'));
    symlinkSync(layout.secretKey, join(config.data, 'nester.db'));
    lchownSync(join(config.data, 'nester.db'), 990, 991);
    expect(checkRights(config, layout)).toEqual([
      expect.objectContaining({ level: 'wrong', mend: `Look where it leads (ls -l ${config.data}/nester.db), then remove it.` }),
    ]);
  });

  it('has the key of its secrets beside its settings, unless they say otherwise', () => {
    expect(secretKeyPlace(configure(), layout).secretKeyFile).toBeUndefined();
    put(layout.secretKey);
    expect(secretKeyPlace(configure(), layout).secretKeyFile).toBe(layout.secretKey);
    expect(secretKeyPlace(configure({ secretKeyFile: '/elsewhere' }), layout).secretKeyFile).toBe('/elsewhere');
    put(join(configure().data, 'secret.key'));
    expect(secretKeyPlace(configure(), layout).secretKeyFile).toBeUndefined();
  });

  describe('backups', () => {
    const config = () => configure({ backupLateHours: 3 });
    const look = (at = now) => checkBackups(config(), at, { due: true });

    it('are missing, late, of the future, or of no use', async () => {
      put(join(config().data, 'nester.db'));
      // Nobody can have made one yet: it is wrong only when there was time to.
      expect(levels(await look(Date.now()))).toEqual(['note']);
      expect(await look(Date.now() + 4 * hour)).toMatchObject([{ level: 'wrong', mend: 'nester backup' }]);
      expect(levels(await checkBackups(config(), Date.now() + 4 * hour, { due: false }))).toEqual(['note']);
      put(join(config().backups, backupName(now - 30 * day)), 'no archive');
      expect(await look()).toMatchObject([
        {
          level: 'wrong',
          says: expect.stringMatching(/^The newest backup is 30 days old: /),
          mend: expect.stringContaining('nester backup'),
        },
        { level: 'wrong', says: expect.stringContaining('of no use') },
      ]);
      put(join(config().backups, backupName(now + day)), 'no archive');
      expect((await look())[0]).toMatchObject({ level: 'wrong', says: expect.stringContaining('of the future') });
    });

    it('are made by a timer or by cron, and copied elsewhere', async () => {
      const timer =
        (ActiveState: string, UnitFileState = 'enabled'): Run =>
        async () => ({
          ...{ state: 'ran', code: 0, stderr: '' },
          stdout: `LoadState=loaded\nActiveState=${ActiveState}\nUnitFileState=${UnitFileState}\n`,
        });
      const copied = configure({ backupCopy: 'aerie@192.0.2.7:backups' });
      expect(await checkBackupTimer(copied, layout, timer('active'))).toMatchObject([{ level: 'good' }]);
      expect(await checkBackupTimer(configure(), layout, timer('active'))).toMatchObject([
        { level: 'good' },
        { level: 'note', mend: expect.stringContaining('AERIE_BACKUP_COPY') },
      ]);
      expect(await checkBackupTimer(copied, layout, timer('inactive'))).toMatchObject([
        { level: 'wrong', mend: 'systemctl enable --now aerie-backup.timer' },
      ]);
      expect(await checkBackupTimer(copied, layout, timer('active', 'disabled'))).toMatchObject([
        { level: 'wrong', mend: 'systemctl enable aerie-backup.timer' },
      ]);
      const noSystemd: Run = async () => ({ state: 'missing' });
      expect(levels(await checkBackupTimer(copied, layout, noSystemd))).toEqual(['note']);
      put(join(layout.cron, 'aerie-backup'));
      expect(levels(await checkBackupTimer(copied, layout, noSystemd))).toEqual(['good']);
    });
  });

  describe('nginx before Nester', () => {
    const settings: Partial<Settings> = { publicUrl: 'https://chat.example', trustProxy: '127.0.0.1' };

    it('tells who asks at each place that passes requests on', () => {
      const told = forwardedIn(site, 3000);
      expect(told.length).toBeGreaterThan(5);
      expect(new Set(told)).toEqual(new Set(['$remote_addr']));
      // One place with a header of its own inherits none of those around it.
      const silent = site.replace(/location \/ \{\n\s+# By another/, 'location / {\nproxy_set_header Host $host;\n# By another');
      expect(forwardedIn(silent, 3000)).toContain(undefined);
      expect(forwardedIn(site.replaceAll('X-Forwarded-For $remote_addr', 'X-Forwarded-For $http_x_forwarded_for'), 3000)).toContain(
        '$http_x_forwarded_for',
      );
      expect(forwardedIn(site, 3001)).toEqual([]);
    });

    it('is read as nginx -T prints it, file after file', () => {
      const printed = `# configuration file /etc/nginx/nginx.conf:\nhttp {\n  include /etc/nginx/mime.types;\n  include sites-enabled/*;\n}\n
# configuration file /etc/nginx/mime.types:\ntypes {\n}\n
# configuration file /etc/nginx/sites-enabled/aerie.conf:\nserver {\n  proxy_set_header X-Forwarded-For $remote_addr;\n  location / { proxy_pass http://127.0.0.1:3000; }\n}\n`;
      expect(forwardedIn(wholeConfiguration(printed), 3000)).toEqual(['$remote_addr']);
    });

    it('is asked, and judged by what it answers', async () => {
      const printed =
        (text: string, code = 0, stderr = ''): Run =>
        async () => ({ state: 'ran', code, stdout: text, stderr });
      const answer = { plain: { status: 301, location: 'https://chat.example/healthz' }, tls: { status: 200, body: '{"status":"ok"}' } };
      await selfSignedCertificate(root, now);
      const { certFile, keyFile } = selfSignedPaths(root);
      const plain = http.createServer((_request, response) =>
        response.writeHead(answer.plain.status, { location: answer.plain.location }).end(),
      );
      const tls = https.createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (request, response) => {
        expect(request.headers.host).toBe('chat.example');
        response.writeHead(answer.tls.status).end(answer.tls.body);
      });
      const ports = await Promise.all([plain, tls].map(listening));
      const at = { plain: ports[0]!, tls: ports[1]! };
      const look = (run: Run, running = true) => checkNginx(configure(settings), run, running, at);
      try {
        expect(levels(await look(printed(site)))).toEqual(['good', 'good', 'good']);
        expect((await look(async () => ({ state: 'missing' })))[0]).toMatchObject({ level: 'wrong', mend: 'apt-get install nginx' });
        expect((await look(async () => ({ state: 'slow' })))[0]).toMatchObject({ level: 'wrong', mend: 'systemctl status nginx' });
        expect((await look(printed('')))[0]).toMatchObject({ level: 'wrong', says: 'No site of nginx passes requests on to 3000' });
        expect((await look(printed(site.replaceAll(/proxy_set_header X-Forwarded-For.*$/gm, ''))))[0]).toMatchObject({
          level: 'wrong',
          mend: 'proxy_set_header X-Forwarded-For $remote_addr;',
        });
        expect((await look(printed(site.replaceAll('For $remote_addr', 'For $http_x_forwarded_for'))))[0]).toMatchObject({
          says: expect.stringContaining('forge'),
        });
        expect((await look(printed('', 1, 'nginx: [emerg] unknown directive "http2_on"')))[0]).toMatchObject({
          says: expect.stringContaining('unknown directive'),
        });
        // As root's configuration answers to nobody, on Debian 12.
        expect((await look(printed('', 1, 'nginx: [emerg] open() "/run/nginx.pid" failed (13: Permission denied)')))[0]).toMatchObject({
          level: 'note',
          mend: 'Run "sudo nester doctor".',
        });
        Object.assign(answer, { plain: { status: 200, location: '' }, tls: { status: 502, body: '<html>' } });
        expect(await look(printed(site))).toMatchObject([
          {},
          { level: 'wrong', says: `${at.plain} answers 200 and does not send people to https` },
          { level: 'wrong' },
        ]);
        expect((await look(printed(site), false))[2]).toMatchObject({ level: 'note', mend: 'systemctl start nester' });
        answer.tls = { status: 200, body: 'Welcome to nginx!' };
        expect((await look(printed(site)))[2]).toMatchObject({ level: 'wrong', says: expect.stringContaining('Another site') });
      } finally {
        await Promise.all([plain, tls].map(server => new Promise(resolve => server.close(resolve))));
      }
      expect(levels(await look(printed(site)))).toEqual(['good', 'wrong', 'wrong']);
    });

    it('is there when a site of ours is switched on', () => {
      expect(hasNginx(layout)).toBe(false);
      put(join(layout.nginxSites, 'default'));
      expect(hasNginx(layout)).toBe(false);
      expect(checkSite(layout)).toEqual([]);
      // The installer switched its site on, and somebody switched it off.
      put(layout.choices, 'roles=nester probe\nwithout=ufw\nclasscord_only=\n');
      expect(checkSite(layout)).toMatchObject([{ level: 'wrong', mend: `sh ${layout.current}/deploy/debian/install.sh` }]);
      for (const choices of ['roles=nester\nwithout=ufw,nginx', 'roles=nester\nclasscord_only=yes', 'roles=probe\nwithout=']) {
        put(layout.choices, choices);
        expect(checkSite(layout)).toEqual([]);
      }
      put(layout.choices, 'roles=nester\nwithout=\n');
      put(join(layout.nginxSites, 'aerie.conf'));
      expect(hasNginx(layout)).toBe(true);
      expect(checkSite(layout)).toEqual([]);
    });

    it('is believed, and nobody else is', () => {
      const judge = (given: Partial<Settings>, nginx = true) => checkProxyTrust(configure(given), nginx);
      expect(judge(settings)).toMatchObject([{ level: 'good' }]);
      expect(judge({ publicUrl: 'https://chat.example' })).toMatchObject([
        { level: 'wrong', mend: expect.stringContaining('AERIE_TRUST_PROXY') },
      ]);
      expect(judge({ publicUrl: 'https://chat.example' }, false)).toMatchObject([{ level: 'wrong' }]);
      for (const wide of ['0.0.0.0/0', '10.0.0.0/8', '0.0.0.0'])
        expect(judge({ ...settings, trustProxy: wide }), wide).toMatchObject([
          { level: 'wrong', says: expect.stringContaining(`"${wide}"`) },
        ]);
      expect(judge({ ...settings, trustProxy: '127.0.0.1,192.0.2.9' })).toMatchObject([{ level: 'note' }]);
      expect(judge({ ...settings, http: '0.0.0.0:3000' })).toMatchObject([
        { level: 'wrong', mend: expect.stringContaining('127.0.0.1:3000') },
      ]);
      expect(judge({}, false)).toEqual([]);
      expect(judge({ http: '0.0.0.0:3000', trustProxy: '192.0.2.9' }, false)).toMatchObject([{ level: 'note' }]);
    });

    it('serves a certificate that lasts, is for the name in links, and is the one that lies there', async () => {
      const closed = http.createServer();
      const nowhere = await listening(closed);
      await new Promise(resolve => closed.close(resolve));
      const look = (given: Partial<Settings>, at = now, port = nowhere) => checkServedCertificate(configure(given), layout, at, port);
      expect(await look(settings)).toEqual([]);
      await selfSignedCertificate(root, now);
      const { certFile, keyFile } = selfSignedPaths(root);
      mkdirSync(dirname(layout.certificate), { recursive: true });
      copyFileSync(certFile, layout.certificate);
      copyFileSync(keyFile, layout.certificateKey);
      const local: Partial<Settings> = { publicUrl: 'https://localhost' };
      expect(levels(await look(local))).toEqual(['good']);
      expect(levels(await look({ publicUrl: 'https://127.0.0.1:8443' }))).toEqual(['good']);
      expect(await look(settings)).toMatchObject([
        { level: 'good' },
        {
          level: 'wrong',
          says: expect.stringContaining('is not for chat.example'),
          mend: expect.stringContaining('self-signed --renew chat.example localhost '),
        },
      ]);
      expect(await look(local, now + 830 * day)).toMatchObject([
        { level: 'wrong', says: expect.stringContaining('ended on'), mend: expect.stringContaining('systemctl reload nginx') },
      ]);
      const other = join(root, 'other');
      await selfSignedCertificate(other, now);
      const stale = https.createServer({
        cert: readFileSync(selfSignedPaths(other).certFile),
        key: readFileSync(selfSignedPaths(other).keyFile),
      });
      const port = await listening(stale);
      expect(await look(local, now, port)).toMatchObject([{ level: 'good' }, { level: 'wrong', mend: 'systemctl reload nginx' }]);
      await new Promise(resolve => stale.close(resolve));
    });
  });
});

/** Listens on a free port of this machine. */
async function listening(server: net.Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as net.AddressInfo).port;
}
