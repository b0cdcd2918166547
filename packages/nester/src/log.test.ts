import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoWithOffset, LineLog, logLine } from './log.ts';

describe('logLine', () => {
  it('looks as Fail2ban reads it', () => {
    expect(
      logLine(Date.UTC(2026, 10, 21, 22, 18, 5, 123), 'WARNING', 'LOGIN', 'Failed login attempt from 192.0.2.7', {
        user: 'alice',
        door: 'tcp',
      }),
    ).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.123[+-]\d\d:\d\d WARNING \[LOGIN\] Failed login attempt from 192\.0\.2\.7 \{"user":"alice","door":"tcp"\}\n$/,
    );
  });

  it('stays one line whatever a stranger typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), user => {
        const line = logLine(0, 'WARNING', 'LOGIN', 'Failed login attempt from 192.0.2.7', { user });
        // No control character, no line separator of Unicode.
        expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect(JSON.parse(line.slice(line.indexOf('{'))).user).toBe(user);
      }),
    );
  });
});

describe('isoWithOffset', () => {
  it('is the same moment', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), at => {
        expect(Date.parse(isoWithOffset(at))).toBe(at);
      }),
    );
  });
});

describe('LineLog', () => {
  it('writes to a new file after reopen, losing no line', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'aerie-log-')), 'classcord.log');
    const log = new LineLog(file, () => 0);
    log.info('START', 'one');
    renameSync(file, `${file}.1`);
    log.info('START', 'two');
    log.reopen();
    log.info('START', 'three');
    log.flush();
    expect(readFileSync(`${file}.1`, 'utf8').split('\n')).toHaveLength(3);
    expect(readFileSync(file, 'utf8')).toContain('three');
  });

  it('goes on in the old file when the new one cannot be opened, and says so', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'aerie-log-')), 'classcord.log');
    const log = new LineLog(file, () => 0);
    log.info('START', 'one');
    renameSync(file, `${file}.1`);
    mkdirSync(file);
    log.reopen();
    log.info('START', 'two');
    log.flush();
    const sentences = readFileSync(`${file}.1`, 'utf8')
      .split('\n')
      .map(line => line.replace(/.*\] ([^{]*?) ?(\{.*)?$/, '$1'));
    expect(sentences).toEqual(['one', 'The log could not be opened again', 'two', '']);
    rmSync(file, { recursive: true });
    log.reopen();
    log.info('START', 'three');
    log.flush();
    expect(readFileSync(file, 'utf8')).toContain('three');
  });

  describe('on a disk that is full', () => {
    const full = () => {
      const file = join(mkdtempSync(join(tmpdir(), 'aerie-log-')), 'classcord.log');
      symlinkSync('/dev/full', file);
      const log = new LineLog(file, () => 0);
      const makeRoom = () => {
        rmSync(file);
        log.reopen();
      };
      return { file, log, makeRoom };
    };

    it('keeps lines until there is room, in their order', () => {
      const { file, log, makeRoom } = full();
      for (const sentence of ['one', 'two']) {
        log.info('START', sentence);
        log.flush();
      }
      makeRoom();
      log.info('START', 'three');
      log.flush();
      expect(readFileSync(file, 'utf8').match(/one|two|three/g)).toEqual(['one', 'two', 'three']);
    });

    it('keeps no more than memory can bear, and says how many lines are lost', () => {
      const { file, log, makeRoom } = full();
      const line = 'x'.repeat(64 * 1024);
      for (let n = 0; n < 40; n++) {
        log.info('START', line, { n });
        log.flush();
      }
      makeRoom();
      log.info('START', 'again');
      log.flush();
      const text = readFileSync(file, 'utf8');
      const kept = text.match(/"n":\d+/g)!.length;
      expect(kept).toBeLessThan(20);
      expect(text).toContain(`Lines of the log were lost {"lines":${40 - kept}}`);
      expect(text).toMatch(/again\n$/);
    });
  });
});
