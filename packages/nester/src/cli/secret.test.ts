import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nesterHere } from '../../test/terminal.ts';

it('nester secret rotate makes a new key, where the setting says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'aerie-secret-'));
  const file = join(folder, 'elsewhere.key');
  const env = { AERIE_DATA: join(folder, 'data'), AERIE_SECRET_KEY_FILE: file };
  expect(await nesterHere(['secret', 'rotate'], { env })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no data of Nester'),
  });
  expect(await nesterHere(['site', 'add', 'KC', 'Kansas City'], { env })).toMatchObject({ code: 0 });
  const before = readFileSync(file, 'utf8');
  const { code, stderr } = await nesterHere(['secret', 'rotate'], { env });
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^Sealed 0 secrets with the new key [0-9a-f]{12}\.\n$/)]);
  const after = readFileSync(file, 'utf8');
  expect(after).not.toBe(before);
  expect(after).toContain(/key ([0-9a-f]{12})/.exec(stderr)![1]);
  rmSync(folder, { recursive: true });
});
