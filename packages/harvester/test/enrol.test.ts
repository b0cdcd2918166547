import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/kit/scratch.ts';
import { selfSignedCertificate, selfSignedPaths } from '../../nester/src/self-signed.ts';
import { Endpoint, WrongCertificate } from '../src/endpoint.ts';
import { enrol, parseCode } from '../src/enrol.ts';
import { readIdentity } from '../src/identity.ts';
import { Uplink } from '../src/uplink.ts';
import { upload } from '../src/upload.ts';
import { FakeNester } from './fake-nester.ts';
import { KeptLog } from './probe.ts';

const base = scratchFolder('enrol');
let count = 0;
let folder: string;
let nester: FakeNester | undefined;
let own: { cert: string; key: string };
let other: { cert: string; key: string };

beforeAll(async () => {
  own = await certificate('own');
  other = await certificate('other');
});
beforeEach(() => {
  count += 1;
  folder = join(base, String(count));
});
afterEach(async () => {
  await nester?.close();
  nester = undefined;
});

async function certificate(name: string): Promise<{ cert: string; key: string }> {
  await selfSignedCertificate(join(base, name), Date.now());
  const { certFile, keyFile } = selfSignedPaths(join(base, name));
  return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}

const pinOf = (pem: string) => createHash('sha256').update(new X509Certificate(pem).raw).digest('base64url');
const joinAs = (url: string, code: string, force = false) => enrol(folder, url, code, { force, version: '1' });

describe('enrolling', () => {
  test('keeps who the probe is; its key for itself alone', async () => {
    nester = await FakeNester.start();
    await joinAs(nester.url, 'GOOD-CODE');
    expect(readIdentity(folder).identity).toEqual({ v: 1, url: nester.url, probeId: 'probe-1', siteCode: 'PARIS', siteName: 'Paris' });
    expect(statSync(join(folder, 'probe.key')).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test('does not replace a probe, unless it is told to', async () => {
    nester = await FakeNester.start();
    await joinAs(nester.url, 'GOOD-CODE');
    const before = readFileSync(join(folder, 'probe.key'), 'utf8');
    nester.codes.add('SECOND-CODE');
    await expect(joinAs(nester.url, 'SECOND-CODE')).rejects.toThrow(/enrolled in .* already/);
    expect(readFileSync(join(folder, 'probe.key'), 'utf8')).toBe(before);
    await joinAs(nester.url, 'SECOND-CODE', true);
    expect(readFileSync(join(folder, 'probe.key'), 'utf8')).not.toBe(before);
  });

  test('with a used code says so, and leaves nothing behind', async () => {
    nester = await FakeNester.start();
    await expect(joinAs(nester.url, 'USED-CODE')).rejects.toThrow(/code is used, expired or mistyped/);
    expect(() => readIdentity(folder)).toThrow(/No probe is enrolled/);
  });

  test('where nobody listens, or somebody else, says so', async () => {
    const stranger = createServer((_, response) => response.end('<html>Welcome to the hotel</html>')).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
    await expect(joinAs(url, 'GOOD-CODE')).rejects.toThrow(/not a Nester/);
    stranger.closeAllConnections();
    await new Promise(done => stranger.close(done));
    await expect(joinAs(url, 'GOOD-CODE')).rejects.toThrow(/cannot be reached: .*ECONNREFUSED/);
    await expect(joinAs('ftp://127.0.0.1', 'GOOD-CODE')).rejects.toThrow(/is not an address of a Nester/);
  });
});

describe('a Nester with a certificate of its own', () => {
  test('is trusted by the pin in the code', async () => {
    nester = await FakeNester.start(own);
    await joinAs(nester.url, `GOOD-CODE.${pinOf(own.cert)}`);
    expect(readIdentity(folder).identity.pin).toBe(pinOf(own.cert));
  });

  test('is sent nothing when it shows another one: not a code, not a report, not a log-in', async () => {
    nester = await FakeNester.start(own);
    await expect(joinAs(nester.url, `GOOD-CODE.${pinOf(other.cert)}`)).rejects.toThrow(/not the one of this probe's Nester/);
    await joinAs(nester.url, `GOOD-CODE.${pinOf(own.cert)}`);
    nester.hellos.length = 0;

    const { key } = readIdentity(folder);
    const endpoint = new Endpoint(nester.url, pinOf(other.cert));
    const never = new AbortController().signal;
    const outcome = await upload(Buffer.from('{}'), { endpoint, probeId: 'probe-1', key, machine: '', now: Date.now, signal: never });
    expect(outcome).toEqual({ kind: 'later', reason: new WrongCertificate().message });

    const log = new KeptLog();
    const uplink = new Uplink({
      endpoint,
      probeId: 'probe-1',
      key,
      version: '1',
      log,
      now: Date.now,
      machine: () => ({ name: 'm', networks: [], machine: '' }),
      heartbeatMs: () => 15_000,
      badPolicy: () => {},
      separated: () => {},
      state: () => ({ policyVersion: 1, spoolDepth: 0, scanning: false }),
      policy: () => {},
      scanAsked: () => {},
      live: () => {},
    });
    uplink.start();
    await once(log, 'line');
    uplink.stop();
    expect(log.lines[0]).toMatchObject({ sentence: 'Nester cannot be reached', fields: { reason: new WrongCertificate().message } });
    expect(nester.hellos).toEqual([]);
  });

  test('is not trusted without a pin', async () => {
    nester = await FakeNester.start(own);
    await expect(joinAs(nester.url, 'GOOD-CODE')).rejects.toThrow(/self-signed certificate/);
    expect(nester.hellos).toEqual([]);
  });
});

describe('a code', () => {
  test('may carry a pin', () => {
    const pin = 'x'.repeat(43);
    expect(parseCode(` AB-CD.${pin} `)).toEqual({ code: 'AB-CD', pin });
    expect(parseCode('AB-CD')).toEqual({ code: 'AB-CD' });
  });
  test.each(['', '.', `.${'x'.repeat(43)}`, 'A.short', `A.${'x'.repeat(43)}.B`])('is not %j', text => {
    expect(() => parseCode(text)).toThrow(/not a whole enrolment code/);
  });
});
