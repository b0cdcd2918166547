import { once } from 'node:events';
import { appendFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import net from 'node:net';
import { join } from 'node:path';
import { type HttpCaller, httpCaller } from '@aerie/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import { LineClient } from '../kit/line-client.ts';
import { needs } from '../kit/needs.ts';
import { password } from '../kit/people.ts';
import { root } from '../kit/scratch.ts';
import { within } from '../kit/wait.ts';
import { DockerEngine, type Ran } from './docker-engine.ts';
import { buildImages, builtOf, makeBaseImages, makeOthersImages, newerCompose } from './docker-images.ts';

const megabyte = 1_000_000;
const site = 'classcord.example';

needs(
  'dockerd',
  'docker-compose',
  'mmdebstrap',
  'netns',
)('Aerie in containers', () => {
  let engine: DockerEngine;
  let place: Place;

  beforeAll(async () => {
    engine = await DockerEngine.builds();
    await makeBaseImages(engine);
    await buildImages(engine);
    await makeOthersImages(engine);
    await engine.runs();
    await engine.addPlugin(await newerCompose());
    place = new Place(engine);
    await place.open();
  }, 600_000);
  afterAll(async () => {
    place?.close();
    await engine?.remove();
  });

  it('has small images with nothing in them that builds', async () => {
    for (const image of ['nester', 'harvester']) {
      const bytes = Number(await engine.inspect(`aerie/${image}`, '{{.Size}}'));
      const base = Number(await engine.inspect('debian:bookworm-slim', '{{.Size}}'));
      console.log(`aerie/${image}: ${Math.round(bytes / megabyte)} MB, of which Debian ${Math.round(base / megabyte)} MB`);
      expect(bytes).toBeLessThan(400 * megabyte);
      const look = `for each in npm npx corepack yarn gcc cc make g++ python3 git curl setcap; do command -v $each; done; find /opt/aerie/packages /opt/aerie/deploy -name '*.crt' -o -name '*.test.ts' -o -name .env; ls /opt/aerie/packages/web; ls -d ${developmentPackages()
        .map(name => `/opt/aerie/node_modules/${name}`)
        .join(' ')} 2>/dev/null; id -u; nester --version`;
      const { stdout } = await engine.docker(['run', '--rm', '--network=none', '--entrypoint', 'sh', `aerie/${image}`, '-c', `${look}`]);
      expect(stdout).toMatch(new RegExp(`^dist\npackage.json\n10001\n.*${builtOf.version}.*${builtOf.commit}.*\n$`));
      const label = (name: string) => engine.inspect(`aerie/${image}`, `{{index .Config.Labels "org.opencontainers.image.${name}"}}`);
      expect([await label('version'), await label('revision')]).toEqual([builtOf.version, builtOf.commit]);
    }
    expect(await engine.inspect('aerie/nester', '{{json .Config.ExposedPorts}} {{json .Config.Volumes}}')).toBe(
      '{"12345/tcp":{},"3000/tcp":{}} {"/data":{},"/logs":{}}',
    );
  });

  it('starts with one command, healthy, without root, rights or a writable root', async () => {
    // runs: cd deploy/docker
    await place.type('cp .env.example .env');
    expect((await place.type('sh prepare.sh classcord.example')).stdout).toMatch(/made secrets\/nester\/secret\.key[\s\S]*Fingerprint=/i);
    expect((await place.type('sh prepare.sh')).stdout).toBe('');
    for (const compose of ['docker compose', 'docker-compose']) {
      const { stdout } = await place.type(`${compose} -f docker-compose.yml -f docker-compose.postgres.yml --profile nginx config`);
      expect(parseServices(stdout)).toEqual(expect.arrayContaining(['nester', 'nginx', 'postgres']));
    }
    await place.type('docker-compose up -d');
    await engine.until('Nester to be healthy', 'nester', '{{.State.Health.Status}}', 'healthy');
    const status = engine.processFile(await place.mainPid('nester'), 'status');
    expect(status).toMatch(/^Uid:\t10001\t10001\t10001\t10001$/m);
    expect(status).toMatch(/^CapEff:\t0{16}\nCapBnd:\t0{16}\nCapAmb:\t0{16}\nNoNewPrivs:\t1$/m);
    const write = 'touch /opt/aerie/x /usr/x /x; touch /tmp/x /data/x /logs/x && rm /data/x /logs/x && echo wrote';
    const { stdout: wrote, stderr } = await engine.docker(['exec', 'nester', 'sh', '-c', write]);
    expect(wrote).toBe('wrote\n');
    expect(stderr.match(/Read-only file system/g)).toHaveLength(3);
    expect(await engine.inspect('nester', '{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}}')).toBe('1073741824 256');
    const key = () => readFileSync(join(place.folder, 'secrets/nester/secret.key'), 'utf8').match(/^[0-9a-f]{12} (\S+)$/m)![1]!;
    const first = key();
    expect(await engine.inspect('nester', '{{json .}}')).not.toContain(first);
    await place.type('docker exec nester nester secret rotate');
    expect(key()).not.toBe(first);
    expect((await place.type('docker exec nester nester doctor')).stdout).toMatch(/^ok .*secrets sealed with the key/m);
  });

  it('takes a Classcord client through the published port', async () => {
    await place.firstAdministrator();
    await place.admin.call('user.create', { name: 'bob', password, role: 'member' });
    const [ada, bob] = [await place.classcord('ada'), await place.classcord('bob')];
    ada.write({ type: 'message', subtype: 'global', to: 'global', content: 'through the port' });
    const heard = await bob.next('what Ada said', line => line.type === 'message');
    expect(heard).toMatchObject({ from: 'ada', content: 'through the port' });
    await Promise.all([ada.close(), bob.close()]);
    expect(await place.said()).toContain('through the port');
  });

  it('comes back after kill -9, with all that it acknowledged', async () => {
    const said = Array.from({ length: 20 }, (_, i) => `acknowledged ${i}`);
    for (const content of said) await place.say(content);
    const pid = await place.mainPid('nester');
    const began = performance.now();
    engine.kill(pid);
    await engine.until('a second start', 'nester', '{{.RestartCount}} {{.State.Running}}', '1 true');
    await place.answers();
    console.log(`kill -9 of Nester in its container: it answers again after ${((performance.now() - began) / 1_000).toFixed(1)} s`);
    expect(await place.said()).toEqual(expect.arrayContaining(said));
  });

  it('makes backups on its volume, and goes back to one', async () => {
    await place.type('docker exec nester nester backup --keep');
    await place.type('docker cp nester:/data/backups .');
    const { stdout: files } = await place.type('docker exec nester ls /data/backups');
    const [file] = files.match(/aerie-\w+\.tar\.gz(?=\.keep)/)!;
    expect(readdirSync(join(place.folder, 'backups'))).toContain(file);
    // runs: docker exec nester nester verify /data/backups/FILE
    await place.type(`docker exec nester nester verify /data/backups/${file}`);
    await place.say('after the backup');
    await place.type('docker compose stop nester');
    // runs: docker compose run --rm nester restore --yes /data/backups/FILE
    await place.type(`docker compose run --rm nester restore --yes /data/backups/${file}`);
    await place.type('docker compose up -d');
    await place.answers();
    const said = await place.said();
    expect(said).toContain('acknowledged 19');
    expect(said).not.toContain('after the backup');
    const { stdout: doctor } = await place.type('docker exec nester nester doctor');
    expect(doctor).toMatch(/^ok {4}SQLite .*intact$/m);
  });

  it('writes its log to the other volume, and opens it again', async () => {
    expect((await place.type('docker exec nester cat /logs/classcord.log')).stdout).toContain('[LOGIN]');
    await place.type('docker exec nester mv /logs/classcord.log /logs/classcord.log.1');
    await place.type('docker kill --signal HUP nester');
    await engine.type('until docker exec nester test -e /logs/classcord.log; do :; done', { ms: 20_000 });
    await place.say('into the new log');
    expect((await place.type('docker exec nester cat /logs/classcord.log')).stdout).toContain('[MESSAGE]');
  });

  it('tells people and drains when it is taken down, and has everything when it is up again', async () => {
    const client = await place.classcord('bob');
    const told = client.next('the end', line => line.type === 'server_shutdown', 20_000);
    await place.type('docker compose stop');
    await told;
    expect(await engine.inspect('nester', '{{.State.ExitCode}} {{.State.OOMKilled}}')).toBe('0 false');
    await place.type('docker compose down');
    expect((await place.type('docker ps -aq --filter label=com.docker.compose.project=aerie')).stdout).toBe('');
    await place.type('docker compose up -d');
    await place.answers();
    expect(await place.said()).toEqual(expect.arrayContaining(['acknowledged 19', 'into the new log']));
  });

  it('gives a probe CAP_NET_RAW and nothing else', async () => {
    const { siteId } = await place.admin.call('site.create', { code: 'LYON', name: 'Lyon' });
    const { code, installs } = await place.admin.call('probe.code', { siteId });
    expect(installs).toBe(true);
    await place.type('docker compose run --rm -T harvester password < password.txt');
    // runs: docker compose run --rm harvester enrol http://127.0.0.1:3000 CODE
    await place.type(`docker compose run --rm harvester enrol http://127.0.0.1:3000 ${code}`);
    await place.type('docker compose --profile harvester up -d');
    await engine.until('the probe to be healthy', 'harvester', '{{.State.Health.Status}}', 'healthy', 90_000);
    const status = engine.processFile(await place.mainPid('harvester'), 'status');
    expect(status).toMatch(/^Uid:\t10001\t10001\t10001\t10001$/m);
    const raw = '0000000000002000';
    const caps = ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb'].map(set => `Cap${set}:\t${raw}\n`).join('');
    expect(status).toContain(`${caps}NoNewPrivs:\t1\n`);
    const { stdout } = await place.type('docker exec harvester harvester doctor', { mayFail: true });
    expect(stdout).toMatch(/^ok {4}Connected to Nester at http:\/\/127\.0\.0\.1:3000$/m);
    expect(stdout).toMatch(/^ok {4}It may send raw packets$/m);
    // In the end it takes away what has no profile too: the next one begins anew.
    await place.type('docker compose --profile harvester down');
  });

  it('speaks TLS through nginx, which says where people come from', async () => {
    appendFileSync(join(place.folder, '.env'), 'AERIE_PUBLIC_URL=https://classcord.example\n');
    // Another image of the same program, as after an upgrade that is undone.
    await place.type('docker tag aerie/nester aerie/nester:before');
    appendFileSync(join(place.folder, '.env'), 'AERIE_TAG=before\n');
    await place.type('docker compose --profile nginx up -d');
    expect(await engine.inspect('nester', '{{.Config.Image}}')).toBe('aerie/nester:before');
    await place.type('docker compose --profile nginx up -d --force-recreate nginx');
    await place.answers();
    const told = await place.overTls('/healthz');
    expect(told).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    expect(told.headers['strict-transport-security']).toBe('max-age=31536000');
    expect(await place.overPlain('/x?y=1')).toMatchObject({ status: 308, headers: { location: 'https://classcord.example/x?y=1' } });
    // Whoever comes through a port of Docker on the same machine comes from the gateway; what a stranger claims counts for nothing.
    const guess = { user: 'ada', password: 'not-the-right-one' };
    await place.overTls('/api/session.logIn', { body: guess, headers: { 'x-forwarded-for': '192.0.2.66' } });
    const log = (await engine.docker(['exec', 'nester', 'cat', '/logs/classcord.log'])).stdout;
    expect(log).toContain('Failed login attempt from 172.30.250.1 ');
    const socket = await place.webSocket();
    expect(socket.readyState).toBe(WebSocket.OPEN);
    socket.terminate();
    await place.type('docker-compose --profile nginx down');
    await place.type('cp .env.example .env');
  });

  it('keeps its data in PostgreSQL, whose password nobody sees', async () => {
    await place.type('docker compose -f docker-compose.yml -f docker-compose.postgres.yml up -d');
    await place.answers();
    const secret = readFileSync(join(place.folder, 'secrets/postgres_password'), 'utf8').trim();
    for (const container of (await engine.docker(['ps', '-q'])).stdout.trim().split('\n'))
      expect(await engine.inspect(container, '{{json .}}')).not.toContain(secret);
    await place.firstAdministrator();
    await place.say('in PostgreSQL');
    const { file } = JSON.parse((await place.type('docker exec nester nester backup --json')).stdout);
    await place.type(`docker exec nester nester verify ${file}`);
    await place.type('docker compose -f docker-compose.yml -f docker-compose.postgres.yml down');
    await place.type('docker compose -f docker-compose.yml -f docker-compose.postgres.yml up -d');
    await place.answers();
    expect(await place.said()).toContain('in PostgreSQL');
    // runs: docker compose down --volumes
    await place.type('docker compose -f docker-compose.yml -f docker-compose.postgres.yml down --volumes');
    expect((await engine.docker(['volume', 'ls', '-q'])).stdout).not.toContain('aerie_data');
  });
});

/** The folder with the compose files as an administrator has it, and those who use what runs there. */
class Place {
  readonly folder: string;
  readonly #engine: DockerEngine;
  readonly #servers: net.Server[] = [];
  #ports: number[] = [];
  #admin: HttpCaller | undefined;
  #token = '';

  constructor(engine: DockerEngine) {
    this.#engine = engine;
    this.folder = join(engine.folder, 'deploy');
    cpSync(join(root, 'deploy/docker'), this.folder, { recursive: true });
    writeFileSync(join(this.folder, 'password.txt'), `${password}\n`);
  }

  /** Makes ports of this machine's loopback that lead to those published in the engine's network. */
  async open(): Promise<void> {
    for (const path of await this.#engine.relay(3000, 12345, 443, 80)) {
      const server = net.createServer(near => {
        const far = net.connect({ path });
        near.on('error', () => far.destroy()).on('close', () => far.destroy());
        far.on('error', () => near.destroy()).on('close', () => near.destroy());
        near.pipe(far).pipe(near);
      });
      this.#servers.push(server);
      const listens = Promise.withResolvers<void>();
      server.listen(0, '127.0.0.1', listens.resolve);
      await listens.promise;
      this.#ports.push((server.address() as net.AddressInfo).port);
    }
  }

  close(): void {
    for (const server of this.#servers) server.close();
  }

  /** Runs a line as somebody types it in this folder. */
  async type(line: string, how: { mayFail?: boolean } = {}): Promise<Ran> {
    return await this.#engine.type(line, { cwd: this.folder, ...how });
  }

  /** The process that matters in a container: that below its init. */
  async mainPid(container: string): Promise<number> {
    const init = await this.#engine.inspect(container, '{{.State.Pid}}');
    return Number(this.#engine.processFile(Number(init), `task/${init}/children`).trim().split(' ')[0]);
  }

  get admin(): HttpCaller {
    return this.#admin!;
  }

  /** Makes the first administrator with the link that Nester printed. */
  async firstAdministrator(): Promise<void> {
    const { stdout } = await this.type('docker logs nester');
    const token = [...stdout.matchAll(/\/setup#([\w-]+)/g)].at(-1)?.[1];
    if (token === undefined) throw new Error(`no set-up link in:\n${stdout}`);
    const told = await httpCaller(this.#url).call('setup.complete', { token, name: 'ada', password, language: 'en' });
    this.#token = told.token!;
    this.#admin = httpCaller(this.#url, { token: this.#token });
  }

  async say(content: string): Promise<void> {
    const { channel } = await this.admin.call('channel.find', { name: '#général' });
    await this.admin.call('message.send', { channelId: channel.channelId, content, nonce: crypto.randomUUID() });
  }

  async said(): Promise<string[]> {
    const { channel } = await this.admin.call('channel.find', { name: '#général' });
    const { messages } = await this.admin.call('message.history', { channelId: channel.channelId, limit: 100 });
    return messages.map(message => message.content ?? '');
  }

  /** An old client that has logged in. */
  async classcord(name: string): Promise<LineClient> {
    const client = await LineClient.connect({ host: '127.0.0.1', port: this.#ports[1]! });
    await client.logInOld(name, password);
    return client;
  }

  /** Waits until Nester answers. */
  async answers(): Promise<void> {
    const asks = async () => {
      for (;;) {
        const answer = await fetch(`${this.#url}/healthz`).catch(() => undefined);
        if (answer?.ok) return;
        const { promise, resolve } = Promise.withResolvers<void>();
        setTimeout(resolve, 25);
        await promise;
      }
    };
    await within(60_000, 'Nester to answer', asks());
  }

  async overTls(path: string, { body, headers = {} }: { body?: object; headers?: Record<string, string> } = {}): Promise<Answer> {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const options = { ...this.#secure, path, method: sent.method ?? 'GET', headers: { host: site, ...sent.headers, ...headers } };
    return await answerTo(secureRequest(options), sent.body);
  }

  async overPlain(path: string): Promise<Answer> {
    return await answerTo(plainRequest({ host: '127.0.0.1', port: this.#ports[3], path, headers: { host: site } }));
  }

  /** A socket as a page of ours opens it. */
  async webSocket(): Promise<WebSocket> {
    const socket = new WebSocket(`wss://127.0.0.1:${this.#ports[2]}/api/ws`, {
      ...this.#secure,
      origin: `https://${site}`,
      headers: { host: site, authorization: `Bearer ${this.#token}` },
    });
    await within(10_000, 'the WebSocket', once(socket, 'open'));
    return socket;
  }

  get #secure() {
    const ca = readFileSync(join(this.folder, 'secrets/fullchain.pem'));
    return { host: '127.0.0.1', port: this.#ports[2], servername: site, ca };
  }

  get #url(): string {
    return `http://127.0.0.1:${this.#ports[0]}`;
  }
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

async function answerTo(request: ClientRequest, body?: string): Promise<Answer> {
  request.end(body);
  const [response] = (await within(10_000, 'an answer', once(request, 'response'))) as [IncomingMessage];
  const chunks: Buffer[] = await response.toArray();
  return { status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks).toString() };
}

/** The services of a compose file as compose prints it. */
function parseServices(yaml: string): string[] {
  const [, body = ''] = /^services:\n((?: .*\n)+)/m.exec(yaml) ?? [];
  return [...body.matchAll(/^ {2}(\S+):$/gm)].map(match => match[1]!);
}

/** Packages that only development needs: none of them has a place in an image. */
function developmentPackages(): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, { dev?: boolean }> };
  return Object.entries(packages).flatMap(([path, { dev }]) =>
    dev && /^node_modules\/[^/]+(\/[^/]+)?$/.test(path) ? [path.slice(13)] : [],
  );
}
