import { readdirSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { type Finding, forRoot, good, note, wrong } from '../finding.ts';
import { type Layout, shouldHaveNginx } from './layout.ts';
import { forwardedIn, wholeConfiguration } from './nginx-configuration.ts';
import { type Run, whyNot } from './tools.ts';

const answerMs = 3_000;

/** Whether nginx stands before Nester on this machine: a site of it passes requests on. */
export function hasNginx(layout: Layout): boolean {
  try {
    return readdirSync(layout.nginxSites).some(name => /aerie|nester|classcord/.test(name));
  } catch {
    return false;
  }
}

/** That the site which the installer switched on is on. */
export function checkSite(layout: Layout): Finding[] {
  if (hasNginx(layout) || !shouldHaveNginx(layout)) return [];
  const installer = join(layout.current, 'deploy/debian/install.sh');
  return [wrong(`No site of nginx leads to Nester: ${layout.nginxSites} has none`, `sh ${installer}`)];
}

/** What nginx does with 80 and 443, and what its configuration tells Nester of who asks. */
export async function checkNginx(
  config: Config,
  run: Run,
  running: boolean,
  ports: { plain: number; tls: number } = { plain: 80, tls: 443 },
): Promise<Finding[]> {
  const findings = [await checkSettings(config, run)];
  const host = config.publicUrl ? new URL(config.publicUrl).host : 'localhost';
  const plain = await ask({ port: ports.plain, host, secure: false });
  if (plain === undefined)
    findings.push(wrong(`Nothing answers on ${ports.plain}`, 'systemctl start nginx; "nginx -t" says what is wrong.'));
  else if (plain.status >= 300 && plain.status < 400 && plain.location?.startsWith('https:'))
    findings.push(good(`${ports.plain} sends people to https`));
  else
    findings.push(
      wrong(`${ports.plain} answers ${plain.status} and does not send people to https`, 'Look which site of nginx answers: "nginx -T".'),
    );
  const secure = await ask({ port: ports.tls, host, secure: true });
  if (secure === undefined)
    findings.push(wrong(`Nothing answers on ${ports.tls}`, 'systemctl start nginx; "nginx -t" says what is wrong.'));
  else if (isOurs(secure)) findings.push(good(`${ports.tls} answers for Nester`));
  else if (secure.status >= 500 && !running)
    findings.push(note(`nginx answers on ${ports.tls}, and Nester does not run behind it`, 'systemctl start nester'));
  else if (secure.status >= 500)
    findings.push(
      wrong(
        `nginx answers ${secure.status} on ${ports.tls}: it does not reach Nester`,
        `proxy_pass must name ${config.http.host}:${config.http.port}, which is AERIE_HTTP.`,
      ),
    );
  else
    findings.push(
      wrong(`Another site than Nester answers on ${ports.tls}`, `server_name must be ${host}, or the site the default_server of nginx.`),
    );
  return findings;
}

/** Nginx's own judgement of its configuration, and the header by which Nester knows who asks. */
async function checkSettings(config: Config, run: Run): Promise<Finding> {
  const answer = await run('nginx', '-T');
  if (answer.state !== 'ran') {
    const mend = answer.state === 'missing' ? 'apt-get install nginx' : 'systemctl status nginx';
    return wrong(`nginx cannot be asked: ${whyNot(answer)}`, mend);
  }
  if (answer.code !== 0)
    return /permission denied/i.test(answer.stderr)
      ? forRoot("nginx's configuration")
      : wrong(`nginx does not take its configuration: ${whyNot(answer)}`, '"nginx -t" says where.');
  const said = forwardedIn(wholeConfiguration(answer.stdout), config.http.port);
  if (said.length === 0)
    return wrong(`No site of nginx passes requests on to ${config.http.port}`, 'Enable the site: docs/operations/en/certificates.md.');
  if (said.some(value => value === undefined))
    return wrong('nginx does not tell Nester who asks', 'proxy_set_header X-Forwarded-For $remote_addr;');
  const forged = said.find(value => !/\$remote_addr|\$proxy_add_x_forwarded_for|\$realip_remote_addr/.test(value!));
  if (forged !== undefined)
    return wrong(
      `nginx passes on "${forged}" as the address of who asks, which anybody can forge`,
      'proxy_set_header X-Forwarded-For $remote_addr;',
    );
  return good('nginx takes its configuration and tells Nester who asks');
}

interface PageAnswer {
  status: number;
  location: string | undefined;
  body: string;
}

function ask({ port, host, secure }: { port: number; host: string; secure: boolean }): Promise<PageAnswer | undefined> {
  return new Promise(resolve => {
    const name = host.replace(/:\d+$/, '');
    const request = (secure ? https : http).request(
      {
        ...{ host: '127.0.0.1', port, path: '/healthz', headers: { host }, timeout: answerMs, agent: false },
        // Whom the certificate is for is another finding.
        ...(secure ? { rejectUnauthorized: false, ...(/^[\d.[]/.test(name) ? {} : { servername: name }) } : {}),
      },
      response => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          if (body.length < 10_000) body += text;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, location: response.headers.location, body }));
        response.on('error', () => resolve(undefined));
      },
    );
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', () => resolve(undefined));
    request.end();
  });
}

/** Nester's /healthz says how it is, whether it is well or not. */
function isOurs({ status, body }: PageAnswer): boolean {
  return (status === 200 || status === 503) && /^\{"status":"(ok|failing)"/.test(body);
}
