import type { Connection } from '@aerie/client';
import type { OwnChannel } from '@aerie/contract';
import type { Role } from '@aerie/contract/roles';
import { expect, test } from 'vitest';
import { wordsIn } from '../words/words.ts';
import { commandNames, type Deck, runSlashCommand, SlashUsage, slashCommand } from './slash-commands.ts';

/** A deck at a server with one site of two probes, of which one is there. */
function deck(role: Role = 'technician') {
  const calls: [string, unknown][] = [];
  const told: string[] = [];
  const probes = [
    { probeId: 'p0', name: 'old', connected: false, revokedAt: null },
    { probeId: 'p1', name: 'box', connected: true, revokedAt: null },
  ];
  const answers: Record<string, unknown> = { 'site.list': { sites: [{ siteId: 's1', code: 'S01' }] }, 'site.show': { probes } };
  const connection = {
    state: { me: { role } },
    async call(name: string, input: unknown) {
      calls.push([name, input]);
      return answers[name] ?? {};
    },
  } as unknown as Connection;
  const rest = { words: wordsIn('en'), channel: () => ({ channelId: 'c1' }) as OwnChannel, tell: (text: string) => told.push(text) };
  const type = (line: string) => runSlashCommand({ connection, ...rest } as unknown as Deck, slashCommand(line)!);
  return { calls, told, type, answers };
}

test('a site is named, its probe that is there is asked, and the answer comes in this channel', async () => {
  const { calls, told, type } = deck();
  await type('/ping s01 10.0.0.1');
  expect(calls.at(-1)).toEqual(['diagnostic.start', { probeId: 'p1', request: { do: 'ping', host: '10.0.0.1' }, channelId: 'c1' }]);
  expect(told).toEqual(['box was asked. Its answer comes here.']);
});

test('what is missing is said, and nothing is asked', async () => {
  const { calls, type } = deck();
  await expect(type('/port S01 10.0.0.1')).rejects.toThrow(SlashUsage);
  expect(calls).toEqual([]);
  await expect(type('/scan NOWHERE')).rejects.toMatchObject({ code: 'not_found' });
});

test('only those who may look at sites are shown these commands', async () => {
  expect(commandNames('technician')).toEqual(expect.arrayContaining(['join', 'ping', 'scan', 'ack', 'incident']));
  expect(commandNames('member')).not.toContain('ping');
  expect(commandNames('member')).not.toContain('ack');
  expect(commandNames('member')).toContain('join');
  const { told, type } = deck('member');
  await type('/help');
  expect(told[0]).not.toContain('/ping');
});

test('incidents are listed as they are named, and what is done about one is said', async () => {
  const { calls, told, type, answers } = deck();
  const incident = (siteCode: string, subject: string, more = {}) => ({
    ...{ incidentId: subject, rule: 'probe.silent', severity: 'critical', siteCode, siteName: 'Lyon', subject },
    ...{ openedAt: Date.now() - 60_000, acknowledgedBy: null, resolvedAt: null, ...more },
  });
  answers['incident.list'] = { incidents: [incident('S01', 'vm-1'), incident('S01', 'vm-2', { severity: 'info', acknowledgedBy: 'Ada' })] };
  await type('/incident');
  const at = wordsIn('en').clock(Date.now() - 60_000);
  expect(told[0]).toBe(
    `S01      ■ probe silent: vm-1 (Lyon), since ${at}\nS01/2    ◌ probe silent: vm-2 (Lyon), since ${at}, Ada looks after it`,
  );
  answers['incident.acknowledge'] = { incident: incident('S01', 'vm-1', { acknowledgedBy: 'Bo' }) };
  await type('/ack s01 on my way');
  expect(calls.at(-1)).toEqual(['incident.acknowledge', { incidentId: 'vm-1', note: 'on my way' }]);
  expect(told[1]).toContain('Bo looks after it');
  await expect(type('/snooze S01')).rejects.toThrow(SlashUsage);
  answers['incident.list'] = { incidents: [] };
  await type('/incident S01');
  expect(told[2]).toBe('Nothing is wrong there.');
});
