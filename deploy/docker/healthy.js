/**
 * The health check of the images: `healthy.js VARIABLE DEFAULT PATH` asks the program where it listens. Ends with 0 when it answers
 * that all is well; otherwise it says what is wrong, which `docker inspect` then shows.
 */
import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';

const [variable, usual, path] = process.argv.slice(2);
const listens = process.env[variable] || usual;
if (listens === 'off') process.exit(0);
const cut = listens.lastIndexOf(':');
// All addresses are this one too.
const host = listens
  .slice(0, cut)
  .replace(/^(0\.0\.0\.0|\[::\])$/, '127.0.0.1')
  .replace(/^\[|\]$/g, '');
const options = { host, port: listens.slice(cut + 1), path, timeout: 4_000, rejectUnauthorized: false };
const request = process.env.AERIE_HTTP_TLS === 'on' ? secureRequest(options) : plainRequest(options);
request.on('timeout', () => request.destroy(new Error('no answer within 4 s')));
request.on('error', error => {
  console.log(error.message);
  process.exitCode = 1;
});
request.on('response', async response => {
  const body = Buffer.concat(await response.toArray()).toString();
  console.log(response.statusCode, body.slice(0, 200));
  process.exitCode = response.statusCode === 200 ? 0 : 1;
});
request.end();
