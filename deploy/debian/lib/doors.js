/**
 * Whether Nester answers at its doors, as people come to them: the web, Classcord, and the web through nginx.
 *
 *     node doors.js LANGUAGE SETTINGS.toml SECONDS [nginx]
 *
 * Tries again until it does or the time is over. Prints what answers; what does not is the last line, and the end is 1.
 */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { request as requestTls } from 'node:https';
import { connect } from 'node:net';
import { parse } from 'smol-toml';

const [language = 'en', file = '', seconds = '30', ...through] = process.argv.slice(2);
const settings = parse(readFileSync(file, 'utf8'));
/** @param {string} english @param {string} french */
const t = (english, french) => (language === 'fr' ? french : english);
const end = Date.now() + Number(seconds) * 1000;

/** @param {unknown} setting @param {string} usual `HOST:PORT` @returns {{ host: string, port: number }} where it answers on this machine */
function at(setting, usual) {
  const text = String(setting ?? usual);
  const cut = text.lastIndexOf(':');
  const host = text.slice(0, cut).replace(/^\[|\]$/g, '');
  return { host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host, port: Number(text.slice(cut + 1)) };
}

/** @param {(typeof request)} ask @param {import('node:https').RequestOptions} where */
function health(ask, where) {
  return new Promise((resolve, reject) => {
    const asked = ask({ ...where, path: '/healthz', timeout: 5000 }, answer => {
      let text = '';
      answer.setEncoding('utf8').on('data', part => {
        text += part;
      });
      answer.on('end', () =>
        answer.statusCode === 200 && text.includes('"ok"') ? resolve(undefined) : reject(new Error(text.slice(0, 200))),
      );
    });
    asked.on('timeout', () => asked.destroy(new Error(t('no answer in 5 s', 'pas de réponse en 5 s')))).on('error', reject);
    asked.end();
  });
}

/** Says something on the Classcord port that needs no account, and waits for a line. @param {{ host: string, port: number }} where */
function classcord(where) {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...where, timeout: 5000 }, () => socket.write('{"type":"users"}\n'));
    socket.once('data', () => resolve(socket.destroy()));
    socket.on('timeout', () => socket.destroy(new Error(t('no answer in 5 s', 'pas de réponse en 5 s')))).on('error', reject);
    socket.on('close', () => reject(new Error(t('closed without an answer', 'fermé sans réponse'))));
  });
}

const ask = settings.httpTls === true || settings.httpTls === 'on' ? requestTls : request;
/** @type {[string, () => Promise<unknown>][]} */
const doors = [
  ['web', () => health(ask, { ...at(settings.http, '127.0.0.1:3000'), rejectUnauthorized: false })],
  ['Classcord', () => classcord(at(settings.tcp, '127.0.0.1:12345'))],
];
if (through.includes('nginx')) {
  const { hostname } = new URL(String(settings.publicUrl ?? 'https://localhost'));
  // Where nginx listens for every address; whether its certificate is vouched for is another question.
  doors.push(['nginx', () => health(requestTls, { host: '127.0.0.1', port: 443, headers: { host: hostname }, rejectUnauthorized: false })]);
}

for (const [name, knock] of doors) {
  for (;;) {
    try {
      await knock();
      console.log(t(`${name} answers`, `${name} répond`));
      break;
    } catch (error) {
      if (Date.now() > end) {
        console.log(`${name}${t(':', ' :')} ${/** @type {Error} */ (error).message}`);
        process.exit(1);
      }
      await new Promise(resolve => setTimeout(resolve, 200));
    }
  }
}
