import type { ChildProcess } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { needs } from '../kit/needs.ts';
import { type Ran, toEnd } from './walled-host.ts';
import { logFile, password, WalledNester } from './walled-nester.ts';

const folder = '/var/log/classcord';
const talker = new URL('talker.ts', import.meta.url).pathname;
const people = ['alice', 'bob'] as const;

needs(
  'logrotate',
  'netns',
  'mount',
  'setpriv',
)('the rotation of the log', () => {
  let nester: WalledNester;
  beforeEach(async () => {
    nester = await WalledNester.open('client');
    await nester.install(['logrotate/aerie', '/etc/logrotate.d/aerie']);
    for (const name of people) await nester.addUser(name);
    await nester.start();
  });
  afterEach(() => nester.close());

  const shell = (line: string) => nester.host.shell(line);
  const talk = (name: string) =>
    nester.host.startUntil('client', [process.execPath, talker, nester.host.address('host'), name, password], /talking/);
  const files = async () => (await shell(`ls ${folder}`)).trim().split('\n');
  /** Rotates, and waits until Nester writes into the new file, as it does within a day. */
  const rotate = () =>
    shell(`
      logrotate -f /etc/logrotate.d/aerie
      for i in $(seq 200); do if [ -s ${logFile} ]; then exit 0; fi; sleep 0.05; done
      exit 1`);
  /** All lines of all files, the oldest first. */
  const lines = async () =>
    (await shell(`for i in 7 6 5 4 3 2; do zcat -f ${folder}/classcord.log.$i.gz 2>/dev/null || true; done; cat ${logFile}.1 ${logFile}`))
      .trimEnd()
      .split('\n');

  it('loses no line and doubles none while people talk, seven times over; the eighth drops the oldest', async () => {
    // runs: logrotate -f /etc/logrotate.d/aerie
    const talking: ChildProcess[] = [];
    for (const name of people) talking.push(await talk(name));
    for (let n = 1; n <= 7; n++) await rotate();
    const ended = await Promise.all(talking.map(child => toEnd(child, 'the talker')));
    const stored = ended.map(({ stdout }: Ran) => JSON.parse(stdout) as string[]);
    await nester.stop();
    const all = await lines();
    expect(all.filter(line => !/^\d{4}-\d\d-\d\dT\S+ (INFO|WARNING|ERROR) \[[A-Z]+\] [A-Z]/.test(line))).toEqual([]);
    const logged = people.map(name =>
      all.filter(line => line.includes(`Message stored {"user":"${name}"`)).map(line => /"messageId":"([\w-]+)"/.exec(line)![1]),
    );
    expect(logged).toEqual(stored);
    console.log(`${stored.flat().length} messages, seven rotations: as many lines`);
    expect(stored.map(ids => ids.length > 100)).toEqual([true, true]);
    expect(all.filter(line => line.includes('Nester has stopped'))).toHaveLength(1);

    expect(await files()).toEqual(['classcord.log', 'classcord.log.1', ...[2, 3, 4, 5, 6, 7].map(n => `classcord.log.${n}.gz`)]);
    expect(await shell(`stat -c '%U:%G %a' ${logFile} ${logFile}.1 ${logFile}.7.gz`)).toBe('aerie:adm 640\n'.repeat(3));
    // runs: zcat /var/log/classcord/classcord.log.2.gz
    await shell(`gzip --test ${folder}/*.gz; zcat ${logFile}.6.gz > /run/sixth`);
    await shell('logrotate -f /etc/logrotate.d/aerie');
    expect(await files()).toHaveLength(8);
    await shell(`zcat ${logFile}.7.gz | cmp - /run/sixth`);
  });

  it('asks systemd, where there is one, for the main process of the service', async () => {
    await shell(`
      mkdir -p /run/systemd/system /run/bin
      printf '#!/bin/sh\\necho "$*" > /run/asked; cat /run/main-pid\\n' > /run/bin/systemctl
      chmod +x /run/bin/systemctl
      mount --bind /run/bin/systemctl "$(command -v systemctl)"
      echo ${nester.pid} > /run/main-pid`);
    const talking = await talk('alice');
    await rotate();
    await toEnd(talking, 'the talker');
    expect(await shell('cat /run/asked')).toBe('show --property MainPID --value nester.service\n');
    // No service runs: nothing to tell.
    await shell('echo 0 > /run/main-pid; logrotate -f /etc/logrotate.d/aerie');
    expect(await files()).toContain('classcord.log.2.gz');
  });

  it('waits for the next day, and does as the service what it does in the folder of the service', async () => {
    await shell('touch /run/roots && chmod 600 /run/roots && logrotate -f /etc/logrotate.d/aerie && logrotate /etc/logrotate.d/aerie');
    expect(await files()).toEqual(['classcord.log', 'classcord.log.1']);
    await shell(`ln -s /run/roots ${folder}/other.log && chown -h aerie: ${folder}/other.log && echo secret > /run/roots`);
    await nester.host.run(['logrotate', '-f', '/etc/logrotate.d/aerie']);
    expect(await shell(`stat -c '%U %a' /run/roots; cat /run/roots; grep -rl secret ${folder} || true`)).toBe('root 600\nsecret\n');
  });
});
