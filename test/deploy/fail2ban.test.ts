import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { logLine } from '../../packages/nester/src/log.ts';
import { needs, program } from '../kit/needs.ts';
import { root, scratchFolder } from '../kit/scratch.ts';
import type { Attempt } from './attempts.ts';
import { password, WalledNester } from './walled-nester.ts';

const nginx = join(root, 'deploy/debian/nginx');

needs(
  'fail2ban',
  'nginx',
  'netns',
  'mount',
  'setpriv',
)('bans', () => {
  let nester: WalledNester;
  let here: { 4: string; 6: string };

  beforeAll(async () => {
    nester = await WalledNester.open('attacker', 'bystander', 'school');
    const { host } = nester;
    here = { 4: host.address('host'), 6: host.address('host', 6) };
    await nester.install(
      ['fail2ban/filter.d/classcord.conf', '/etc/fail2ban/filter.d/classcord.conf'],
      ['fail2ban/jail.d/classcord.conf', '/etc/fail2ban/jail.d/classcord.conf'],
      ['nginx/aerie.conf', '/etc/nginx/sites-available/aerie.conf'],
    );
    await host.shell(`
      mkdir -p /run/fail2ban /var/log/nginx /var/lib/nginx
      rm -f /etc/fail2ban/jail.d/defaults-debian.conf /etc/nginx/sites-enabled/*
      sed -i 's/@SERVER_NAME@/${here[4]}/g' /etc/nginx/sites-available/aerie.conf
      ln -s ../sites-available/aerie.conf /etc/nginx/sites-enabled/
      "${nginx}/self-signed" ${here[4]} ${here[6]}`);
    await nester.addUser('alice');
    // Hours away from the clock that Fail2ban goes by: the lines say so.
    await nester.start({ TZ: 'Pacific/Auckland' });
    await host.listen(22);
    await host.shell('nginx');
    await startFail2ban();
  }, 60_000);
  afterAll(async () => {
    await nester?.host.shell('nginx -s quit; fail2ban-client stop').catch(() => undefined);
    nester?.close();
  });

  const startFail2ban = () => nester.host.startUntil('host', ['fail2ban-server', '-f', 'start'], /Server ready/);
  const wrong = (by: Attempt['by'], host: string, more: Partial<Attempt> = {}) => ({ by, host, ...more }) as Attempt;
  const right = { name: 'alice', password };
  const banned = async () => (await nester.host.shell('fail2ban-client get classcord banip')).trim().split(/\s+/).filter(Boolean).sort();

  it.each([4, 6] as const)('keep out who guessed three times, by IPv%i, until they are let in again', async family => {
    const { host } = nester;
    const [at, from] = [here[family], host.address('attacker', family)];
    const wait = (port: number, until: 'refused' | 'open') => ({ by: 'wait', host: at, port, until }) as const;
    const tries = await nester.attempt(
      'attacker',
      wrong('tcp', at),
      wrong('tcp', at),
      wrong('tcp', at, right),
      wrong('tcp', at),
      wait(12_345, 'refused'),
    );
    expect(tries.slice(0, 4)).toEqual(['wrong', 'wrong', 'in', 'wrong']);
    console.log(`banned ${tries[4]} ms after the third wrong password, by IPv${family}`);
    expect(tries[4]).toBeTypeOf('number');
    expect(await banned()).toEqual([from]);
    expect(await host.shell('nft list table inet f2b-table')).toContain(from);
    expect(await nester.attempt('attacker', wrong('web', at, right), wrong('ws', at, right), wait(22, 'open'))).toEqual([
      'kept out',
      'kept out',
      expect.any(Number),
    ]);
    const doors = (['tcp', 'frame', 'web', 'ws'] as const).map(by => wrong(by, at, right));
    expect(await nester.attempt('bystander', ...doors)).toEqual(Array(4).fill('in'));
    // runs: fail2ban-client set classcord unbanip 203.0.113.10
    await host.shell(`fail2ban-client set classcord unbanip ${from}`);
    expect(await nester.attempt('attacker', wrong('tcp', at, right), wrong('web', at, right))).toEqual(['in', 'in']);
    expect(await banned()).toEqual([]);
  });

  /** Addresses of the attacker's, each for one use: whoever was kept out once cannot be told from who is kept out now. */
  async function addresses(first: number, count: number): Promise<string[]> {
    const list = Array.from({ length: count }, (_, n) => `10.79.0.${first + n}`);
    for (const address of list) await nester.host.addAddress('attacker', `${address}/24`);
    return list;
  }
  const wait = (localAddress: string) => ({ by: 'wait', host: here[4], localAddress, port: 12_345, until: 'refused' }) as const;
  const thrice = (guess: Attempt) => [guess, guess, guess];
  afterEach(async () => {
    await nester.host.shell('fail2ban-client unban --all');
  });
  /** Settings of the school's own, over those of the jail, as the papers have them written. */
  async function own(...settings: string[]): Promise<void> {
    const text = ['[classcord]', ...settings].join('\n');
    await nester.host.shell(`tee /etc/fail2ban/jail.d/classcord.local <<'END'\n${text}\nEND`);
    await nester.host.shell('fail2ban-client reload --restart classcord');
  }

  it('keep out who guesses by any of the doors: passwords, codes of probes, links, tokens', async () => {
    const doors = ['tcp', 'frame', 'ws', 'web', 'code', 'link', 'token'] as const;
    const from = await addresses(100, doors.length);
    const list = doors.flatMap((by, n) => [...thrice(wrong(by, here[4], { localAddress: from[n]! })), wait(from[n]!)]);
    const outcomes = await nester.attempt('attacker', ...list);
    expect(doors.map((door, n) => [door, ...outcomes.slice(4 * n, 4 * n + 4)])).toEqual(
      doors.map(door => [door, 'wrong', 'wrong', 'wrong', expect.any(Number)]),
    );
    expect(await banned()).toEqual([...from].sort());
  });

  it('count what is tried by several doors together', async () => {
    const [one] = await addresses(110, 1);
    const mixed = (['ws', 'code', 'tcp'] as const).map(by => wrong(by, here[4], { localAddress: one! }));
    expect((await nester.attempt('attacker', ...mixed, wait(one!))).at(-1)).toBeTypeOf('number');
    expect(await banned()).toEqual([one]);
  });

  it('keep out nobody that a guesser names, in a name or in the header of a proxy', async () => {
    const { host } = nester;
    const victims = [host.address('bystander'), host.address('bystander', 6), '198.51.100.1'];
    const line = (victim: string) =>
      `2026-11-22T11:18:05.123+00:00 WARNING [LOGIN] Failed login attempt from ${victim} {"user":"x","door":"tcp"}`;
    const names = victims.flatMap(victim => [
      victim,
      `x\n${line(victim)}\n`,
      `x\r${line(victim)}`,
      `x\u2028\u0085${line(victim)}`,
      `x","door":"tcp"}\n${line(victim)}`,
      `\u001b[2K\u001b[1G${line(victim)}`,
      `\\","door":"tcp"} from ${victim} {"`,
      ` from ${victim} {"door":"tcp"}`,
    ]);
    const from = await addresses(120, names.length + victims.length);
    const guesses = names.map((name, n) => wrong('tcp', here[4], { localAddress: from[n]!, name }));
    const claims = victims.map((victim, n) =>
      wrong('web', here[4], { localAddress: from[names.length + n]!, claims: victim } as Partial<Attempt>),
    );
    const outcomes = await nester.attempt('attacker', ...[...guesses, ...claims].flatMap(thrice), ...from.map(wait));
    expect(outcomes.slice(-from.length).filter(outcome => typeof outcome !== 'number')).toEqual([]);
    expect(await banned()).toEqual([...from].sort());
    for (const family of [4, 6] as const)
      expect(await nester.attempt('bystander', wrong('tcp', here[family], right), wrong('web', here[family], right))).toEqual(['in', 'in']);
  });

  it('leave alone who logs in rightly, and a school that is named', async () => {
    const doors = (['tcp', 'web', 'frame', 'ws'] as const).flatMap(by => Array<Attempt>(4).fill(wrong(by, here[4], right)));
    expect(await nester.attempt('bystander', ...doors)).toEqual(Array(16).fill('in'));
    await own(`ignoreip = 127.0.0.1/8 ::1 ${nester.host.address('school')} ${nester.host.address('school', 6)}`);
    const mistakes = () => nester.attempt('school', ...Array<Attempt>(7).fill(wrong('tcp', here[4], { name: 'bob' })));
    await counted(() => nester.attempt('attacker', wrong('tcp', here[4])), 1);
    expect(await mistakes()).toEqual(Array(7).fill('wrong'));
    await counted(() => nester.attempt('attacker', wrong('tcp', here[4])), 1);
    expect(await banned()).toEqual([]);
    // From the fifth on, Nester itself did not even look at the password, for that account and from there; nobody else waits.
    const failures = await nester.host.shell(`grep 'Failed login attempt' /var/log/classcord/classcord.log`);
    expect(failures.match(/"user":"bob"/g)).toHaveLength(5);
    expect(await nester.attempt('school', wrong('web', here[4], right), wrong('tcp', here[6], right))).toEqual(['in', 'in']);
  });

  /** Does something, and waits until Fail2ban has counted so many failures more: it looks about once a second. */
  async function counted(act: () => Promise<unknown>, failures: number): Promise<void> {
    const total = async () => Number(/Total failed:\s+(\d+)/.exec(await nester.host.shell('fail2ban-client status classcord'))![1]);
    const before = await total();
    await act();
    await nester.host.shell(`
      for i in $(seq 100); do
        if [ "$(fail2ban-client status classcord | sed -n 's/.*Total failed:[^0-9]*//p')" -ge ${before + failures} ]; then exit 0; fi
        sleep 0.1
      done
      exit 1`);
  }

  it.each([
    ['moved away and opened again', () => nester.host.shell('logrotate -f /etc/logrotate.d/aerie')],
    [
      'copied and emptied',
      () => nester.host.shell('cp /var/log/classcord/classcord.log /var/log/classcord/copy && : > /var/log/classcord/classcord.log'),
    ],
  ])('count on, and stay, when the log is %s', async (title, rotate) => {
    await nester.install(['logrotate/aerie', '/etc/logrotate.d/aerie']);
    const [before, across] = await addresses(title.startsWith('moved') ? 180 : 190, 2);
    const guess = (localAddress: string) => wrong('tcp', here[4], { localAddress });
    await nester.attempt('attacker', ...thrice(guess(before!)), wait(before!));
    await counted(() => nester.attempt('attacker', guess(across!), guess(across!)), 2);
    await rotate();
    expect((await nester.attempt('attacker', guess(across!), wait(across!))).at(-1)).toBeTypeOf('number');
    expect(await banned()).toEqual([before, across]);
    expect(await nester.log()).toContain(`from ${across} `);
  });

  it('are there again when Fail2ban starts anew', async () => {
    const [from] = await addresses(210, 1);
    await nester.attempt('attacker', ...thrice(wrong('tcp', here[4], { localAddress: from! })), wait(from!));
    await nester.host.shell('fail2ban-client stop');
    expect(await nester.attempt('attacker', wrong('tcp', here[4], { ...right, localAddress: from! }))).toEqual(['in']);
    await startFail2ban();
    expect(await nester.attempt('attacker', wait(from!))).toEqual([expect.any(Number)]);
    expect(await banned()).toEqual([from]);
  });

  it('last longer for who comes again, with the settings for it', async () => {
    await own('bantime.increment = true', 'bantime.maxtime = 4w', 'bantime = 2');
    const [from] = await addresses(220, 1);
    for (const time of ['first', 'second']) {
      // Another name each time: of the sixth guess at one, Nester itself would not even write a line.
      const guess = wrong('tcp', here[4], { localAddress: from!, name: time });
      await nester.attempt('attacker', ...thrice(guess), wait(from!));
      expect(await nester.attempt('attacker', { ...wait(from!), until: 'open' })).toEqual([expect.any(Number)]);
    }
    expect(await nester.host.shell('cat /var/log/fail2ban.log')).toMatch(new RegExp(`Increase Ban ${from} \\(2 # 4s `));
  });

  it('come before the ports that Docker hands on, with the settings for it', async () => {
    await own(
      'banaction = nftables[type=multiport, chain_hook=prerouting, chain_priority=-150, blocktype=drop]',
      'port = 80,443,8123,12345',
    );
    // As Docker publishes a port: what comes for it goes somewhere else before any rule for this machine is asked.
    await nester.host.shell(`
      nft add table ip published
      nft add chain ip published in '{ type nat hook prerouting priority dstnat; }'
      nft add rule ip published in tcp dport 8123 redirect to :12345`);
    const [from] = await addresses(200, 1);
    const reach = async () => (await nester.host.reach('attacker', [8123]))[8123];
    const published = { by: 'wait', host: here[4], port: 8123, until: 'open' } as const;
    expect(await nester.attempt('attacker', published)).toEqual([expect.any(Number)]);
    await counted(() => nester.attempt('attacker', ...thrice(wrong('tcp', here[4], { localAddress: from! }))), 3);
    await nester.host.shell(`for i in $(seq 100); do nft list ruleset | grep -qF '${from}' && exit 0; sleep 0.05; done; exit 1`);
    expect(await nester.attempt('attacker', { ...published, localAddress: from! })).toEqual(['silent']);
    expect(await reach()).toBe('open/refused');
  });
});

needs('fail2ban')('the filter', () => {
  /** The addresses that it finds in a log, one for each line that it takes for a failure. */
  const found = (lines: readonly string[]) => {
    const file = join(scratchFolder('filter'), 'classcord.log');
    writeFileSync(file, lines.join(''));
    const regex = join(dirname(program('fail2ban')), 'fail2ban-regex');
    const filter = join(root, 'deploy/debian/fail2ban/filter.d/classcord.conf');
    // runs: fail2ban-regex /var/log/classcord/classcord.log classcord
    return execFileSync(regex, ['-o', 'ip', file, filter], { encoding: 'utf8', maxBuffer: 1e8 }).split('\n').filter(Boolean);
  };
  const sentence = (address: string) => `Failed login attempt from ${address}`;
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6().filter(text => !text.includes('.') && text !== '::'),
  );
  /** What strangers type: anything, and pieces of what the filter looks for. */
  const typed = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      address.map(sentence),
      fc.constantFrom(
        '"',
        '\\',
        '"}',
        '{"door":"tcp"}',
        ',"door":"tcp"}',
        '\n',
        '\r\n',
        '\u2028',
        '\u0000',
        '\u001b[2K',
        ' WARNING [LOGIN] ',
      ),
      fc.constant('2026-11-22T11:18:05.123+00:00'),
    ),
    { maxLength: 6 },
  );
  const text = typed.map(parts => parts.join(''));
  const door = fc.constantFrom('tcp', 'ws', 'http', 'probe');
  const at = Date.now();

  it('finds the address of each failure, whatever was typed', () => {
    const failures = fc.sample(fc.record({ address, user: text, door }), 1_500);
    const lines = failures.map(({ address: from, ...fields }, n) =>
      logLine(at, 'WARNING', 'LOGIN', sentence(from), n % 3 === 0 ? { door: fields.door, why: 'code', n } : fields),
    );
    expect(found(lines).map(normal)).toEqual(failures.map(one => normal(one.address)));
  });

  it('finds nobody in other lines', () => {
    const areas = ['CONNECT', 'LOGIN', 'MESSAGE', 'ADMIN', 'PROBE', 'HTTP'] as const;
    const others = fc
      .sample(
        fc.record({ area: fc.constantFrom(...areas), level: fc.constantFrom('INFO', 'WARNING', 'ERROR'), user: text, door, address }),
        1_000,
      )
      .map(({ area, level, ...fields }) => logLine(at, level as 'INFO', area, 'Logged in', fields));
    const good = logLine(at, 'WARNING', 'LOGIN', sentence('192.0.2.7'), { user: 'alice', door: 'tcp' });
    const near = [
      good.replace('WARNING', 'INFO'),
      good.replace('[LOGIN]', '[ADMIN]'),
      good.replace('192.0.2.7', 'localhost'),
      good.replace('192.0.2.7', 'unknown'),
      good.replace('192.0.2.7', '192.0.2.7 192.0.2.8'),
      good.replace('"tcp"', '"local"'),
      good.replace('"door":"tcp"', '"doors":"tcp"'),
      good.replace('}', '} and more'),
      good.replace('}', ''),
      `x ${good}`,
      good.replace('"alice"', '"al"ice"'),
    ];
    expect(found([...others, ...near, good])).toEqual(['192.0.2.7']);
  });
});

/** An address as Fail2ban writes it. */
function normal(address: string): string {
  return net.isIPv6(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}
