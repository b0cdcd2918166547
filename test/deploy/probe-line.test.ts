import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type App, createApp } from '../../packages/nester/src/app.ts';
import { connectToNester, type Desk } from '../../packages/nester/src/cli/socket.ts';
import { readConfig } from '../../packages/nester/src/config.ts';
import { openInstaller, type ProbeInstaller } from '../../packages/nester/src/installer/installer.ts';
import { selfSignedCertificate, selfSignedPaths } from '../../packages/nester/src/self-signed.ts';
import { readVersion } from '../../packages/nester/src/version.ts';
import { needs, program } from '../kit/needs.ts';
import { removeFolder, root, scratchFolder } from '../kit/scratch.ts';
import { within } from '../kit/wait.ts';

const silent = { info() {}, warning() {}, error() {} };
const { version } = readVersion();
const inside = `aerie-${version}-linux-${process.arch}`;
const code = '7K2M-Q9XD-4TBV-H0ZE';
const pasteMs = 60_000;
/** All that the machine on which it is pasted has, besides curl or wget. */
const tools = ['cat', 'gzip', 'id', 'ls', 'mktemp', 'rm', 'sh', 'sha256sum', 'tar', 'tr', 'uname'];

const pathOf = (command: string) => execFileSync('which', [command], { encoding: 'utf8' }).trim();

interface Machine {
  shell?: 'bash' | 'dash';
  fetches?: 'curl' | 'wget';
  /** Programs of its own, as shell scripts. */
  besides?: Record<string, string>;
  env?: Record<string, string>;
}

/** One line, copied from the page of a site, pasted on a machine. In place of the real release there is a small one. */
needs(
  'mount',
  'curl',
  'wget',
)('the line that makes a machine a probe', () => {
  const folder = scratchFolder('probe-line');
  const archives = join(folder, 'archives');
  const archive = join(archives, `${inside}.tar.gz`);
  const seen = join(folder, 'seen');
  const temporary = join(folder, 'temporary');
  /** Somebody between the machine and Nester, who may change what passes. */
  const between = { script: (original: string) => original, archive: (original: Buffer) => original };
  let relay: http.Server;
  let installer: ProbeInstaller;

  beforeAll(async () => {
    mkdirSync(archives);
    relay = http.createServer(async (request, response) => {
      if (request.url === '/probe/install.sh') response.end(between.script((await installer.script())!));
      else if (request.url === `/probe/${inside}.tar.gz`) response.end(between.archive(readFileSync(archive)));
      else response.writeHead(404).end();
    });
    relay.listen(0, '127.0.0.1');
    await once(relay, 'listening');
    const { port } = relay.address() as { port: number };
    installer = openInstaller({ version, publicUrl: () => `http://127.0.0.1:${port}`, pin: () => undefined, folder: archives });
  });
  afterAll(() => {
    relay?.close();
    removeFolder(folder);
  });
  beforeEach(() => {
    for (const one of [seen, temporary]) {
      removeFolder(one);
      mkdirSync(one);
    }
    between.script = original => original;
    between.archive = original => original;
    // What the release's own install.sh is given, and what anybody on the machine could see meanwhile.
    pack(`#!/bin/sh
set -eu
printf '%s' "$*" >${seen}/arguments
printf '%s' "$AERIE_ENROL_CODE" >${seen}/code
cat /proc/[0-9]*/cmdline | tr '\\0' ' ' >${seen}/processes
cat >${seen}/input
`);
  });

  function pack(install: string): void {
    const tree = join(folder, 'tree');
    removeFolder(tree);
    mkdirSync(join(tree, inside, 'deploy', 'debian'), { recursive: true });
    writeFileSync(join(tree, inside, 'deploy', 'debian', 'install.sh'), install);
    execFileSync('tar', ['-czf', archive, '-C', tree, inside]);
  }

  /** Types a line into a shell of a machine of its own: other processes and mounts than ours, few programs, root. */
  async function paste(line: string, { shell = 'dash', fetches = 'curl', besides = {}, env = {} }: Machine = {}) {
    const bin = join(seen, 'bin');
    mkdirSync(bin);
    // Its own programs first, each as a new file: none is ever written through a link to a program of this machine.
    for (const [name, script] of Object.entries(besides))
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755, flag: 'wx' });
    for (const tool of [...tools, fetches]) if (!Object.hasOwn(besides, tool)) symlinkSync(pathOf(tool), join(bin, tool));
    const child = spawn(pathOf('unshare'), ['--mount', '--pid', '--fork', '--mount-proc', '--kill-child', `/bin/${shell}`], {
      env: { PATH: bin, TMPDIR: temporary, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.end(`${line}\nexit $?\n`);
    const [said, wrong, [status]] = await within(
      pasteMs,
      'the line',
      Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]),
    );
    return { status: Number(status), said: said + wrong };
  }

  const tampered = () => existsSync(join(seen, 'arguments')) || existsSync(join(seen, 'pwned'));

  it.each([
    { shell: 'dash', fetches: 'curl' },
    { shell: 'bash', fetches: 'wget' },
  ] as const)('fetches, checks and runs the installer, and the code stands in no arguments: $shell, $fetches', async machine => {
    // One that does as it is told, and writes down what that was.
    const sudo = `printf '%s' "$*" >${seen}/sudo; exec "$@"`;
    const { status, said } = await paste((await installer.line(code))!, { ...machine, besides: { sudo } });
    expect(said).toMatch(/^Fetching the Harvester, Aerie /);
    expect(status).toBe(0);
    const told = (name: string) => readFileSync(join(seen, name), 'utf8');
    const { port } = relay.address() as { port: number };
    expect(told('arguments')).toBe(`--probe http://127.0.0.1:${port}`);
    expect(told('code')).toBe(code);
    expect(told('input')).toBe('');
    expect(told('sudo')).toMatch(/^sh \S+$/);
    expect(told('processes')).toContain('deploy/debian/install.sh --probe');
    expect(told('processes')).not.toContain(code);
    // Nothing is left of it.
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('uses sudo where it is an alias too, as many have it', async () => {
    const sudo = `printf '%s' "$*" >${seen}/sudo; exec "$@"`;
    const { status } = await paste(`alias sudo='sudo '\n${(await installer.line(code))!}`, { shell: 'dash', besides: { sudo } });
    expect(status).toBe(0);
    expect(readFileSync(join(seen, 'sudo'), 'utf8')).toMatch(/^sh \S+$/);
  });

  it('runs no script but the one whose sum it holds', async () => {
    const line = (await installer.line(code))!;
    between.script = original => `${original}\necho 1 >${seen}/pwned\n`;
    const { status, said } = await paste(line);
    expect(said).toMatch(/FAILED/);
    expect(status).not.toBe(0);
    expect(tampered()).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('unpacks no archive but the one whose sum the script holds', async () => {
    const line = (await installer.line(code))!;
    between.archive = original => Buffer.concat([original, Buffer.from([0])]);
    const { status, said } = await paste(line);
    expect(said).toContain('Nothing was installed.');
    expect(status).not.toBe(0);
    expect(tampered()).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('says so when Nester has another release by now', async () => {
    const line = (await installer.line(code))!;
    appendFileSync(archive, 'newer');
    expect((await paste(line)).said).toMatch(/FAILED/);
    expect(tampered()).toBe(false);
  });

  it.each([
    ['another architecture', { besides: { uname: 'echo riscv64' } }, /no Harvester for this machine, riscv64\. It has: (x86_64|aarch64)\./],
    [
      'the same in French',
      { besides: { uname: 'echo riscv64' }, env: { LANG: 'fr_FR.UTF-8' } },
      /pas de Harvester pour cette machine, riscv64/,
    ],
    ['somebody who is not root', { besides: { id: 'echo 1000' } }, /Run this as root/],
    ['a Nester that is gone', { besides: { curl: 'exit 7' } }, /^$/],
  ] as const)('stops with a reason for %s', async (_, machine: Machine, reason) => {
    const { status, said } = await paste((await installer.line(code))!, machine);
    expect(said.trim()).toMatch(reason);
    expect(status).not.toBe(0);
    expect(tampered()).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('stops without a code', async () => {
    const script = join(seen, 'install.sh');
    writeFileSync(script, (await installer.script())!);
    const { status, said } = await paste(`sh ${script} </dev/null`);
    expect(said).toContain('There is no code');
    expect(status).toBe(1);
  });

  it('comes from the page of a site, and joins it: over HTTPS with a certificate that vouches for itself', async () => {
    const data = join(folder, 'data');
    await selfSignedCertificate(data, Date.now());
    const { certFile: tlsCert, keyFile: tlsKey } = selfSignedPaths(data);
    const config = readConfig({ data, http: '127.0.0.1:0', tcp: '127.0.0.1:0', httpTls: true, tlsCert, tlsKey }, {});
    const app: App = createApp({ ...config, probeArchives: archives }, silent);
    let desk: Desk | undefined;
    try {
      await app.start();
      desk = (await connectToNester(join(data, 'nester.sock')))!;
      const { siteId } = await desk.call('site.create', { code: 'NE', name: 'Patriots' });
      // As the real one does: the code goes on by standard input.
      const harvester = `${process.execPath} ${join(root, 'packages/harvester/src/main.ts')}`;
      pack(`#!/bin/sh\nprintf '%s\\n' "$AERIE_ENROL_CODE" | HARVESTER_DATA=${join(folder, 'probe')} ${harvester} enrol "$2" -\n`);
      const { line, installs, command } = await desk.call('probe.code', { siteId });
      expect(installs).toBe(true);
      expect(command).toMatch(/^harvester enrol https:\/\/127\.0\.0\.1:\d+ [0-9A-Z-]{19}\.[\w-]{43}$/);
      expect(await paste(line, { fetches: 'wget' })).toMatchObject({ status: 0 });
      const { probes } = await desk.call('site.show', { siteId });
      expect(probes).toHaveLength(1);

      // The same line again: the code was good once.
      removeFolder(join(folder, 'probe'));
      removeFolder(join(seen, 'bin'));
      const again = await paste(line);
      expect(again.said).toContain('code');
      expect(again.status).not.toBe(0);
    } finally {
      desk?.close();
      await app.stop();
    }
  });
});

needs('shellcheck')('the script that Nester hands out', () => {
  it('is clean', async () => {
    const folder = scratchFolder('probe-script');
    try {
      writeFileSync(join(folder, `${inside}.tar.gz`), 'x');
      const odd = openInstaller({ version, publicUrl: () => "https://[::1]:3000/it's", pin: () => 'x', folder });
      const file = join(folder, 'install.sh');
      writeFileSync(file, (await odd.script())!);
      execFileSync(program('shellcheck'), ['--shell=sh', file], { stdio: 'pipe' });
      const line = join(folder, 'line.sh');
      writeFileSync(line, `${(await odd.line(code))!}\n`);
      // The one word that is to vanish where there is no sudo.
      execFileSync(program('shellcheck'), ['--shell=sh', '--exclude=SC2046', line], { stdio: 'pipe' });
    } finally {
      removeFolder(folder);
    }
  });
});
