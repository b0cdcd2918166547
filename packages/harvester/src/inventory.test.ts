import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/kit/scratch.ts';
import { entriesIn, readInventory, resolveEntries } from './inventory.ts';

describe('an inventory', () => {
  test.each([
    [
      'a list',
      '["10.0.0.1", " router.example ", {"host": "10.0.0.2", "name": "x"}, {"ip": "10.0.0.3"}]',
      ['10.0.0.1', 'router.example', '10.0.0.2', '10.0.0.3'],
    ],
    ['an object', '{"site": "S1", "hosts": ["10.0.0.0/30", ""]}', ['10.0.0.0/30']],
    ['lines', '# printers\r\n10.0.0.5-20  # floor 1\r\n\r\n printer.example\n', ['10.0.0.5-20', 'printer.example']],
    ['with a byte order mark', '\ufeff["10.0.0.1"]', ['10.0.0.1']],
    ['lines with a byte order mark', '\ufeff10.0.0.1\n', ['10.0.0.1']],
    ['empty', '', []],
  ])('may be %s', (_, text, entries) => {
    expect(entriesIn(text)).toEqual(entries);
  });

  test.each(['[1]', '{"hosts": 1}', '{"machines": []}', '["10.0.0.1"', '[{"name": "x"}]'])('%s is none', text => {
    expect(entriesIn(text)).toBeUndefined();
  });

  test('that cannot be read says which and why', () => {
    const folder = scratchFolder('inventory');
    const file = join(folder, 'hosts.json');
    expect(() => readInventory(file)).toThrow(`${file} cannot be read (ENOENT)`);
    writeFileSync(file, '{"hosts": 1}');
    expect(() => readInventory(file)).toThrow('is not right');
    writeFileSync(file, '10.0.0.1\n'.repeat(65_537));
    expect(() => readInventory(file)).toThrow('more than 65536 entries');
    writeFileSync(file, ' '.repeat(4 * 1024 * 1024 + 1));
    expect(() => readInventory(file)).toThrow('larger than 4 MiB');
  });

  test('has its names looked up, each once; who is not known is said', async () => {
    const asked: string[] = [];
    const resolved = await resolveEntries(
      ['10.0.0.0/30', 'a.example', 'a.example', 'gone.example', '10.1', '$(reboot)', '-oG', 'b.example'],
      async name => {
        asked.push(name);
        if (name === 'gone.example') throw new Error('ENOTFOUND');
        return name === 'a.example' ? ['10.0.0.9', 'fd00::9'] : ['10.0.0.8', 'fe80::1%eth0'];
      },
    );
    expect(asked.sort()).toEqual(['a.example', 'b.example', 'gone.example']);
    expect(resolved.targets.sort()).toEqual(['10.0.0.0/30', '10.0.0.8', '10.0.0.9', 'fd00::9']);
    expect(resolved.unknown.sort()).toEqual(['$(reboot)', '-oG', '10.1', 'gone.example']);
  });
});
