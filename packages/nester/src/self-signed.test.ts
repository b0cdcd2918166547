import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificatePin, selfSignedCertificate, selfSignedPaths, shownPin } from './self-signed.ts';

describe('the pin of what is shown at the public address', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aerie-pin-'));
  const tlsCert = selfSignedPaths(folder).certFile;
  beforeAll(() => selfSignedCertificate(folder, Date.now()));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is that of the very certificate, as probes compute it', () => {
    const { raw } = new X509Certificate(readFileSync(tlsCert));
    expect(certificatePin(readFileSync(tlsCert, 'utf8'))).toBe(createHash('sha256').update(raw).digest('base64url'));
  });

  it.each([
    ['Nester shows it itself', { tlsCert, httpTls: true, trustProxy: [] }, 'https://elsewhere.example', true],
    ['a web server of this machine has it too', { tlsCert, httpTls: false, trustProxy: ['127.0.0.1'] }, 'https://127.0.0.1', true],
    ['the same, by name', { tlsCert, httpTls: false, trustProxy: ['127.0.0.1', '::1'] }, `https://${hostname()}:8443`, true],
    ['the same, by an IPv6 address', { tlsCert, httpTls: false, trustProxy: ['::1'] }, 'https://[::1]', true],
    ['it is for other names', { tlsCert, httpTls: false, trustProxy: ['127.0.0.1'] }, 'https://aerie.example', false],
    ['the web server is another machine', { tlsCert, httpTls: false, trustProxy: ['192.0.2.1'] }, 'https://127.0.0.1', false],
    ['nothing is secret there', { tlsCert, httpTls: false, trustProxy: ['127.0.0.1'] }, 'http://127.0.0.1', false],
    ['there is none', { tlsCert: undefined, httpTls: false, trustProxy: ['127.0.0.1'] }, 'https://127.0.0.1', false],
  ])('%s', (_, config, publicUrl, isKnown) => {
    expect(shownPin(config, publicUrl)).toBe(isKnown ? certificatePin(readFileSync(tlsCert, 'utf8')) : undefined);
  });
});
