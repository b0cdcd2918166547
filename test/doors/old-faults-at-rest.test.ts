import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Nester } from '../kit/nester.ts';
import { OldClient } from '../kit/old-client.ts';
import { OldWire } from '../kit/old-wire.ts';

/** What was wrong with the old servers that shows when they stop, on disk and when they start again. */
describe('a fault of the old servers is none here, when it stops and starts:', () => {
  let nester: Nester;
  beforeAll(async () => {
    nester = await Nester.start({ env: { AERIE_REGISTRATION: 'open' } });
  });
  afterAll(() => nester.remove());

  it('passwords stand in clear, or under a fast hash, on disk and in logs', async () => {
    const [secret, wrong, typo] = ['Grenouille-verte-41', 'Grenouille-rouge-42', 'Grenouille-bleue-43'];
    const client = await OldClient.connect(nester.tcp);
    expect(await client.register('nora', secret)).toBeUndefined();
    expect(await client.logIn('nora', wrong)).toBe('Login failed.');
    expect(await client.logIn('personne', typo)).toBe('Login failed.');
    // Lines that are not right carry passwords too.
    client.wire.write(`{"type":"login","username":"nora","password":"${typo}"\n`);
    await client.wire.readLine('an error');
    await client.close();
    const again = await OldClient.connect(nester.tcp);
    await again.enter('nora', secret);
    again.say('bonjour');
    await again.until('another list', () => again.lists === 1);
    await again.close();
    await nester.stop();
    const kept = [Buffer.from(nester.output), ...filesOf(nester.folder).map(file => readFileSync(file))];
    expect(kept.some(bytes => bytes.includes('nora'))).toBe(true);
    for (const text of [secret, wrong, typo]) {
      for (const trace of tracesOf(text)) expect(kept.some(bytes => bytes.includes(trace))).toBe(false);
    }
    await nester.start();
  });

  it.each(['SIGTERM', 'SIGKILL'])('after %s it cannot start: address already in use', async signal => {
    const clients = [await OldWire.connect(nester.tcp), await OldWire.connect(nester.tcp)];
    const { port } = nester.tcp;
    for (const client of clients) {
      client.send({ type: 'users' });
      await client.readLine('who is here');
    }
    if (signal === 'SIGTERM') expect(await nester.stop()).toBe(0);
    else await nester.kill();
    // At once, while the ends of the old connections are still known to the system.
    await nester.start();
    expect(nester.tcp.port).toBe(port);
    const client = await OldWire.connect(nester.tcp);
    client.send({ type: 'users' });
    expect(await client.readLine('who is here')).toContain('users');
    for (const one of [...clients, client]) await one.close();
  });
});

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name));
}

/** A password as careless programs keep it. */
function tracesOf(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const digests = ['md5', 'sha1', 'sha256', 'sha512'].map(name => createHash(name).update(bytes).digest());
  const forms = [bytes, ...digests].flatMap(form => [form, form.toString('hex'), form.toString('base64').replace(/=+$/, '')]);
  return forms.map(form => Buffer.from(form));
}
