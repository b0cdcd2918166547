#!/usr/bin/env node
/**
 * A program that talks in one channel by Aerie's frames, to learn from. Node 18 or newer, nothing to install.
 *
 *     node examples/frames.mjs --user alice --password-file FILE [--channel dev] [HOST] [PORT]
 *
 * What it reads on stdin is said in the channel, a line a message; what others say there is printed. When the connection
 * is lost it comes back by itself: nothing is said twice, nothing is missed. At the end of stdin it ends, once all that it
 * said is on the server's disk. Exit codes: 0 done, 1 failed, 2 wrong usage. (Across a network, put it inside TLS: node:tls
 * for node:net.)
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const { user, passwordFile, channel, host, port } = readArguments();
/** What we know of the server's log: its epoch, and the last seq that we have seen. */
let place = {};
/** By which we come back without the password. */
let token;
let me;
let channelId;
/** What was typed and is not acknowledged yet. The nonce makes it safe to send it again: it is stored once. */
const unsaid = new Map();
let typedAll = false;
let wire;
let waitMs = 250;

createInterface({ input: process.stdin })
  .on('line', content => {
    if (content.trim() === '') return;
    const nonce = randomUUID();
    unsaid.set(nonce, content);
    say(nonce, content);
  })
  .on('close', () => {
    typedAll = true;
    endWhenDone();
  });
open();

/** One connection: questions with an id, answers with that id, events without. */
function open() {
  const socket = connect(port, host);
  const asked = new Map();
  let lastId = 0;
  const own = {
    ask(command, input) {
      const id = ++lastId;
      socket.write(`${JSON.stringify({ id, do: command, input })}\n`);
      return new Promise((resolve, reject) => asked.set(id, { resolve, reject }));
    },
  };
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('connect', () => enter(own).catch(giveUp));
  // 'close' comes after it.
  socket.on('error', error => {
    // Whoever has not been inside yet has more likely the wrong address than bad luck.
    if (!token) giveUp(new Error(`cannot connect to ${host}:${port}: ${error.code ?? error.message}`));
  });
  socket.on('data', text => {
    // Not with node:readline: it also cuts at U+2028, which may stand inside a JSON text.
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) take(JSON.parse(line));
  });
  function take(frame) {
    if (frame.event) {
      see(frame);
      return;
    }
    const question = asked.get(frame.id);
    asked.delete(frame.id);
    if (frame.ok) question?.resolve(frame.ok);
    else question?.reject(Object.assign(new Error(frame.error.message), { code: frame.error.code }));
  }
  socket.on('close', () => {
    wire = undefined;
    for (const { reject } of asked.values()) reject(Object.assign(new Error('the connection is lost'), { code: 'connection_lost' }));
    if (typedAll && unsaid.size === 0) return;
    // With a part of chance: after a restart not everybody comes back in the same moment.
    setTimeout(open, waitMs * (0.5 + Math.random()));
    waitMs = Math.min(waitMs * 2, 10_000);
  });
}

/** Logs in, catches up, and says what is not said yet. */
async function enter(own) {
  if (token) ({ me } = await own.ask('session.resume', { token }));
  else ({ token, me } = await own.ask('session.logIn', { user, password: readPassword(), client: 'examples/frames.mjs' }));
  channelId ??= (await own.ask('channel.find', { name: channel })).channel.channelId;
  for (let more = true; more; ) {
    // The first time, and when the server has another log by now, the answer is how things are; else what we missed.
    const answer = await own.ask('log.resume', place);
    if (answer.kind === 'snapshot') {
      place = { epoch: answer.snapshot.epoch, after: answer.snapshot.seq };
      more = false;
    } else {
      for (const event of answer.events) see(event);
      place = { epoch: answer.epoch, after: answer.seq };
      more = answer.more;
    }
  }
  wire = own;
  waitMs = 250;
  for (const [nonce, content] of unsaid) say(nonce, content);
  endWhenDone();
}

/** Events come in order of seq, and none twice. */
function see({ seq, event, message }) {
  if (seq !== undefined) place.after = seq;
  if (event === 'message.created' && message.channelId === channelId && message.authorId !== me.userId)
    process.stdout.write(`${message.authorName}: ${message.content.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, ' ')}\n`);
}

/** Sends a message, if there is a connection; its answer means that it is on disk. */
function say(nonce, content) {
  wire?.ask('message.send', { channelId, content, nonce }).then(
    () => {
      unsaid.delete(nonce);
      endWhenDone();
    },
    error => {
      if (error.code === 'busy') setTimeout(() => say(nonce, content), 1_000);
      else giveUp(error);
    },
  );
}

/** Logs out, so that the token is good for nobody any more; the server then closes the connection. */
function endWhenDone() {
  if (typedAll && unsaid.size === 0) wire?.ask('session.logOut', {}).catch(() => {});
}

function giveUp(error) {
  // What was not done is done after the next log-in.
  if (error.code === 'connection_lost' || error.code === 'stopping') return;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

function readPassword() {
  return readFileSync(passwordFile, 'utf8').split(/\r?\n/)[0];
}

function readArguments() {
  try {
    const options = { user: { type: 'string' }, 'password-file': { type: 'string' }, channel: { type: 'string', default: 'général' } };
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (!values.user || !values['password-file']) throw new Error('--user NAME and --password-file FILE are needed');
    const [host = '127.0.0.1', port = '12345'] = positionals;
    return { user: values.user, passwordFile: values['password-file'], channel: values.channel, host, port: Number(port) };
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}
