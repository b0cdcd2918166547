/**
 * Tries to come in by the doors of a Nester, one attempt after the other, as a list of them on stdin says; prints as JSON what
 * became of each.
 */
import { request } from 'node:https';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import WebSocket from 'ws';

interface Guess {
  host: string;
  /** Which of its own addresses it comes from. */
  localAddress?: string | undefined;
  name?: string;
  password?: string;
}

export type Attempt = Guess &
  (
    | { by: 'tcp' | 'frame' | 'ws' }
    /** By nginx; `claims` is what it says of where it comes from. */
    | { by: 'web'; claims?: string }
    | { by: 'code' | 'link' | 'token' }
    /** Waits until a port is this. */
    | { by: 'wait'; port: number; until: 'refused' | 'open' }
  );

/** `in`, `wrong`, `kept out`, or the milliseconds that it waited. */
export type Outcome = string | number;

const patienceMs = 10_000;
const silentMs = 2_000;
const pauseMs = 10;

async function attempt(what: Attempt): Promise<Outcome> {
  const { name = 'nobody', password = 'wrong' } = what;
  const logIn = { id: 1, do: 'session.logIn', input: { user: name, password } };
  switch (what.by) {
    case 'tcp':
      return verdictOf(await line(what, { type: 'login', username: name, password }));
    case 'frame':
      return verdictOf(await line(what, logIn));
    case 'ws':
      return verdictOf(await frame(what, logIn));
    case 'web':
      return await post(what, 'session.logIn', logIn.input, what.claims === undefined ? {} : { 'x-forwarded-for': what.claims });
    case 'code': {
      const publicKey = 'A'.repeat(43);
      return await post(what, 'probe.enrol', { code: '7K2M-Q9XD-4TBV-H0ZE', publicKey, name, version: '1' });
    }
    case 'link':
      return await post(what, 'invitation.show', { token: 'x'.repeat(43) });
    case 'token':
      return await post(what, 'server.show', {}, { authorization: `Bearer aerie_${'x'.repeat(43)}` });
    case 'wait': {
      const began = performance.now();
      for (;;) {
        const now = await reach(what, what.port);
        if (now === what.until) return Math.round(performance.now() - began);
        // What drops packets does so from then on.
        if (now === 'silent' || performance.now() - began > patienceMs) return now;
        await new Promise(resolve => setTimeout(resolve, pauseMs));
      }
    }
  }
}

/** What an answer says: old wire, frame or HTTP. */
function verdictOf(answer: string): Outcome {
  if (answer === '') return 'kept out';
  return /"status":"ok"|"ok":|"me":/.test(answer) ? 'in' : 'wrong';
}

function line({ host, localAddress }: Guess, frame: object): Promise<string> {
  return new Promise(resolve => {
    const socket = net.connect({ host, port: 12_345, localAddress, family: net.isIP(host) });
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.once('connect', () => socket.write(`${JSON.stringify(frame)}\n`));
    socket.once('data', data => {
      resolve(data.toString());
      socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(''));
  });
}

function frame({ host, localAddress }: Guess, frame: object): Promise<string> {
  return new Promise(resolve => {
    const socket = new WebSocket(`wss://${bracketed(host)}/api/ws`, {
      rejectUnauthorized: false,
      localAddress,
      handshakeTimeout: patienceMs,
    });
    socket.once('open', () => socket.send(JSON.stringify(frame)));
    socket.once('message', data => {
      resolve(String(data));
      socket.terminate();
    });
    socket.on('error', () => resolve(''));
    socket.once('close', () => resolve(''));
  });
}

function post(guess: Guess, command: string, input: object, headers: Record<string, string> = {}): Promise<Outcome> {
  const { host, localAddress } = guess;
  return new Promise(resolve => {
    const asked = request(
      {
        host,
        path: `/api/${command}`,
        method: 'POST',
        headers: { 'content-type': 'application/json', host: bracketed(host), ...headers },
        localAddress,
        rejectUnauthorized: false,
        agent: false,
        timeout: patienceMs,
      },
      answer => {
        const { statusCode = 0 } = answer;
        answer.resume().once('end', () => resolve(statusCode < 300 ? 'in' : statusCode < 500 ? 'wrong' : `HTTP ${statusCode}`));
      },
    );
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve('kept out'));
    asked.end(JSON.stringify(input));
  });
}

function reach({ host, localAddress }: Guess, port: number): Promise<string> {
  return new Promise(resolve => {
    const socket = net.connect({ host, port, localAddress, family: net.isIP(host) });
    socket.once('connect', () => {
      resolve('open');
      socket.destroy();
    });
    socket.setTimeout(silentMs, () => {
      resolve('silent');
      socket.destroy();
    });
    socket.once('error', () => resolve('refused'));
  });
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

const outcomes: Outcome[] = [];
for (const one of JSON.parse(await text(process.stdin)) as Attempt[]) outcomes.push(await attempt(one));
console.log(JSON.stringify(outcomes));
