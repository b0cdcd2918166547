import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { type AddressInfo, createServer, type Server as NetServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { needs, program } from '../kit/needs.ts';
import { Nester } from '../kit/nester.ts';
import { firstAdministrator } from '../kit/people.ts';
import { newSite, SimulatedProbe } from '../kit/probe.ts';
import { removeFolder, scratchFolder } from '../kit/scratch.ts';
import { within } from '../kit/wait.ts';

interface Answer {
  data: { result: { metric: Record<string, string>; value: [number, string] }[] };
}

needs('prometheus')('a real Prometheus', () => {
  let nester: Nester;
  let prometheus: ChildProcess | undefined;
  let folder: string;
  let port: number;
  let output = '';
  /** Stands before Nester, so that the test hears of each scrape. */
  let door: Server;
  let scrapes = 0;
  const scrapedTwice = Promise.withResolvers<void>();

  beforeAll(async () => {
    nester = await Nester.start();
    const ada = await firstAdministrator(nester);
    const siteId = await newSite(ada, 'NE');
    const probe = await SimulatedProbe.enrol(nester, ada, siteId, 'vm-1');
    const wan = [{ target: '192.0.2.1', sent: 10, received: 9, minMs: 10, medianMs: 12.5, maxMs: 20, jitterMs: 1 }];
    expect(await probe.send(probe.report({ wan }))).toMatchObject({ status: 201 });
    const { token } = await ada.http.call('token.create', { name: 'Prometheus', scopes: ['metrics'] });
    door = createHttpServer(async (request, response) => {
      const { authorization = '' } = request.headers;
      const answer = await fetch(`${nester.httpUrl}${request.url}`, { headers: { authorization, 'x-forwarded-for': '192.0.2.9' } });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type')! }).end(await answer.text());
      // When it comes again, what it got before is in its store.
      scrapes += 1;
      if (scrapes === 2) scrapedTwice.resolve();
    });
    const doorPort = await listen(door);
    folder = scratchFolder('prometheus');
    writeFileSync(join(folder, 'token'), token, { mode: 0o600 });
    writeFileSync(
      join(folder, 'prometheus.yml'),
      `scrape_configs:
  - job_name: aerie
    scrape_interval: 1s
    authorization: { credentials_file: ${join(folder, 'token')} }
    static_configs: [{ targets: ["127.0.0.1:${doorPort}"] }]
`,
    );
    port = await freePort();
    prometheus = spawn(
      program('prometheus'),
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const ready = Promise.withResolvers<void>();
    prometheus.stderr!.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('Server is ready to receive web requests')) ready.resolve();
    });
    prometheus.once('exit', code => ready.reject(new Error(`Prometheus ended with ${code}:\n${output}`)));
    await within(30_000, 'Prometheus', ready.promise);
  });

  afterAll(async () => {
    prometheus?.kill('SIGKILL');
    door?.close();
    await nester?.remove();
    if (folder) removeFolder(folder);
  });

  const query = async (text: string): Promise<Answer['data']['result']> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(text)}`);
    return ((await answer.json()) as Answer).data.result;
  };

  it('reads the figures with a token', async () => {
    await within(30_000, 'two scrapes', scrapedTwice.promise);
    const value = async (text: string) => (await query(text))[0]?.value[1];
    expect(await value('up{job="aerie"}')).toBe('1');
    expect(await value('aerie_site_wan_median_seconds{site="NE"}')).toBe('0.0125');
    expect(await value('aerie_site_wan_loss_ratio{site="NE"}')).toBe('0.1');
    expect(await value('aerie_reports_total{outcome="taken"}')).toBe('1');
    expect(await value('aerie_probes')).toBe('1');
    expect(Number(await value('aerie_commit_seconds_count'))).toBeGreaterThan(0);
    expect(Number(await value('process_resident_memory_bytes'))).toBeGreaterThan(10_000_000);
    expect(output).not.toMatch(/level=(warn|error)/);
  });
});

/** Listens on a free port of loopback. */
async function listen(server: Server | NetServer): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise(resolve => server.close(resolve));
  return port;
}
