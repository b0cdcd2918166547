import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root, scratchFolder } from '../../../test/kit/scratch.ts';

const data = scratchFolder('diagnose-cli');

/** `harvester diagnose …`, as typed. */
function diagnose(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const bin = join(root, 'packages/harvester/bin/harvester.js');
  return new Promise(resolve => {
    const env = { PATH: process.env.PATH, HARVESTER_DATA: data };
    execFile(process.execPath, [bin, 'diagnose', ...args], { env, timeout: 30_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

describe('harvester diagnose', () => {
  test('does here what Nester may ask for, and records it', async () => {
    const server = createServer(socket => socket.on('error', () => {}).end('hello\n'));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const { code, stdout } = await diagnose('tcp', '127.0.0.1', String(port));
    server.close();
    expect(stdout).toMatch(/connected to 127\.0\.0\.1 port \d+ in [\d.]+ ms\nit says: hello\nport \d+ of 127\.0\.0\.1 is open/);
    expect(code).toBe(0);
    expect(await diagnose('dns', 'localhost', 'aaaa')).toMatchObject({ code: 0, stdout: expect.stringContaining('localhost  AAAA  ::1') });
    const lines = readFileSync(join(data, 'audit.log'), 'utf8').trim().split('\n');
    expect(lines.map(line => JSON.parse(line)).map(({ by, state, asked }) => `${by} ${asked.do} ${state}`)).toEqual([
      '(local) tcp begun',
      '(local) tcp done',
      '(local) dns begun',
      '(local) dns done',
    ]);
  });

  test('says in one line what the policy does not allow, and what is no request', async () => {
    expect(await diagnose('ping', '10.9.9.9')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'harvester: The policy of the site does not allow 10.9.9.9.\n',
    });
    for (const args of [
      ['ping', '127.0.0.1;id'],
      ['tcp', '127.0.0.1', '0'],
      ['dns', 'localhost', 'ANY'],
      ['http', 'ftp://127.0.0.1/'],
    ]) {
      const { code, stdout, stderr } = await diagnose(...args);
      expect([code, stdout, stderr.split('\n').length]).toEqual([1, '', 2]);
    }
    expect((await diagnose('ping', '-f')).code).toBe(2);
    expect((await diagnose('reboot')).code).toBe(2);
  });
});
