import type { Connection } from '@aerie/client';
import { type DiagnosticName, diagnosticNames, startTyped, typedDiagnostic } from '@aerie/client/typed-diagnostic';
import { actTyped, type IncidentName, incidentNames, listTyped, typedIncident } from '@aerie/client/typed-incident';
import type { Incident, OwnChannel, PresenceState } from '@aerie/contract';
import { userKey } from '@aerie/contract/names';
import { atLeast, type Role } from '@aerie/contract/roles';
import { Failure } from '../failure.ts';
import { presenceMarks } from '../screen/sidebar.ts';
import type { Key, Words } from '../words/words.ts';
import { nameOf } from './rooms.ts';

/** What a command of the input line may do. */
export interface Deck {
  readonly connection: Connection;
  readonly words: Words;
  /** The channel that is open. @throws Failure when none is */
  channel(): OwnChannel;
  /** Says something in the open channel, to oneself. */
  tell(text: string): void;
  /** Opens a channel, now or when it is there. */
  go(channelId: string): void;
  be(presence: PresenceState): Promise<void>;
  /** The public channels that one may join, by name. */
  browse(): Promise<{ name: string; members: number; topic: string }[]>;
  quit(): void;
}

type Run = (deck: Deck, rest: string) => void | Promise<void>;

const commands: Record<string, Run> = {
  join: async ({ connection, go }, rest) => {
    const name = needed(rest, 'usage.join').replace(/^#/, '');
    const { channel, joined } = await connection.call('channel.find', { name }).catch(error => {
      throw error.code === 'not_found' ? new Failure('text.notFound', { name: `#${name}` }) : error;
    });
    if (!joined) await connection.call('member.join', { channelId: channel.channelId });
    go(channel.channelId);
  },
  leave: async ({ connection, channel }) => {
    await connection.call('member.leave', { channelId: channel().channelId });
  },
  msg: async ({ connection, go }, rest) => {
    const { name, text } = addressed(connection, needed(rest, 'usage.msg'));
    const { channelId } = await connection.call('channel.openDirect', { name }).catch(error => {
      throw error.code === 'not_found' ? new Failure('slash.noPerson', { name }) : error;
    });
    if (text !== '') connection.send(channelId, text);
    go(channelId);
  },
  who: async ({ connection, channel, tell, words: { say } }) => {
    const open = channel();
    const { userIds } = await connection.call('channel.members', { channelId: open.channelId });
    const { users, presence } = connection.state!;
    const lines = userIds
      .flatMap(userId => users.get(userId) ?? [])
      .sort((a, b) => a.name.localeCompare(b.name))
      .map(({ userId, name }) => {
        const state = presence.get(userId) ?? 'offline';
        return `${presenceMarks[state]} ${name} (${say(`state.${state}`)})`;
      });
    tell([say('slash.members', { count: lines.length, channel: nameOf(connection.state!, open) }), ...lines].join('\n'));
  },
  channels: async ({ browse, tell, words: { say } }) => {
    const lines = (await browse()).map(({ name, members, topic }) =>
      say('slash.channelLine', { channel: `#${name}`, count: members, topic }),
    );
    tell(lines.join('\n'));
  },
  topic: async ({ connection, channel, tell, words: { say } }, rest) => {
    const open = channel();
    const name = nameOf(connection.state!, open);
    if (rest === '')
      return tell(open.topic === '' ? say('slash.noTopic', { channel: name }) : say('slash.topic', { channel: name, topic: open.topic }));
    await connection.call('channel.update', { channelId: open.channelId, topic: rest });
    tell(say('slash.topicSet'));
  },
  ...Object.fromEntries(diagnosticNames.map(name => [name, (deck: Deck, rest: string) => lookAtSite(deck, name, rest)])),
  ...Object.fromEntries(incidentNames.map(name => [name, (deck: Deck, rest: string) => seeToIncident(deck, name, rest)])),
  away: deck => deck.be('away'),
  back: deck => deck.be('online'),
  dnd: deck => deck.be('dnd'),
  invisible: deck => deck.be('invisible'),
  retry: deck => {
    for (const nonce of refusedIn(deck)) deck.connection.retry(nonce);
  },
  discard: deck => {
    for (const nonce of refusedIn(deck)) deck.connection.discard(nonce);
  },
  help: ({ connection, tell, words: { say } }) => {
    const lines = commandNames(connection.state?.me.role).map(
      name => `${say(`usage.${name}` as Key).padEnd(20)} ${say(`does.${name}` as Key)}`,
    );
    tell(lines.join('\n'));
  },
  quit: deck => deck.quit(),
};

/** For those who look after sites. */
const ofSites: ReadonlySet<string> = new Set([...diagnosticNames, ...incidentNames]);

/** The commands that somebody of that role is shown. */
export function commandNames(role: Role | undefined): string[] {
  const mayLook = role !== undefined && atLeast(role, 'technician');
  return Object.keys(commands).filter(name => mayLook || !ofSites.has(name));
}

/** Has a site's probe look at something; what it finds is said in the channel. */
async function lookAtSite({ connection, channel, tell, words: { say } }: Deck, name: DiagnosticName, rest: string): Promise<void> {
  const { channelId } = channel();
  const typed = typedDiagnostic(name, rest);
  if (!typed) throw new SlashUsage(`usage.${name}`);
  const { probeName } = await startTyped(connection, typed, channelId);
  tell(say('slash.asked', { probe: probeName }));
}

/** Shows incidents, or does something about one; what it does others see in the message of the incident. */
async function seeToIncident({ connection, tell, words }: Deck, name: IncidentName, rest: string): Promise<void> {
  const typed = typedIncident(name, rest);
  if (!typed) throw new SlashUsage(`usage.${name}`);
  if (typed.name !== 'incident') {
    tell(incidentLine(await actTyped(connection, typed), words));
    return;
  }
  const incidents = await listTyped(connection, typed.siteCode);
  if (incidents.length === 0) return tell(words.say('slash.noIncident'));
  // Counted within each site: so they are named in other commands.
  const counts = new Map<string, number>();
  const lines = incidents.map(incident => {
    const nth = (counts.get(incident.siteCode) ?? 0) + 1;
    counts.set(incident.siteCode, nth);
    return `${`${incident.siteCode}${nth === 1 ? '' : `/${nth}`}`.padEnd(8)} ${incidentLine(incident, words)}`;
  });
  tell(lines.join('\n'));
}

/** "■ probe silent: vm-1 (Patriots) since 14:05, Ada" */
function incidentLine(
  { rule, severity, subject, siteName, openedAt, acknowledgedBy, resolvedAt }: Incident,
  { say, clock, day }: Words,
): string {
  const mark = resolvedAt !== null ? '●' : { critical: '■', warning: '▲', info: '◌' }[severity];
  const at = Date.now() - openedAt < 86_400_000 ? clock(openedAt) : day(openedAt);
  const line = say('slash.incidentLine', { rule: say(`rule.${rule}`), subject, site: siteName, at });
  return `${mark} ${line}${acknowledgedBy === null ? '' : `, ${say('slash.incidentBy', { name: acknowledgedBy })}`}`;
}

/** The command and the rest of a line that begins with one slash; undefined for text. Two slashes say a text that begins with one. */
export function slashCommand(line: string): { name: string; rest: string } | undefined {
  const [, name, rest = ''] = /^\/(?!\/)(\S*)\s*(.*)$/su.exec(line) ?? [];
  return name === undefined ? undefined : { name: name.toLowerCase(), rest: rest.trim() };
}

/** Runs a command of the input line. Rejects with what the reader is to be told. */
export async function runSlashCommand(deck: Deck, { name, rest }: { name: string; rest: string }): Promise<void> {
  if (!Object.hasOwn(commands, name)) throw new Failure('slash.unknown', { name });
  await commands[name]!(deck, rest);
}

/** The person and the text of `/msg`. A name may hold spaces: the longest that somebody has is meant. */
function addressed({ state }: Connection, rest: string): { name: string; text: string } {
  const typed = rest.replace(/^@/, '');
  const known = [...(state?.users.values() ?? [])]
    .map(user => user.name)
    .filter(name => userKey(`${typed} `).startsWith(`${userKey(name)} `))
    .sort((a, b) => b.length - a.length)[0];
  const name = known ?? /^\S+/.exec(typed)?.[0] ?? '';
  return { name, text: typed.slice(name.length).trim() };
}

function needed(rest: string, usage: Key): string {
  if (rest === '') throw new SlashUsage(usage);
  return rest;
}

/** A command without what it needs. */
export class SlashUsage extends Error {
  readonly usage: Key;

  constructor(usage: Key) {
    super(usage);
    this.usage = usage;
  }
}

/** What a command of the input line ended with, as its reader is to be told. */
export function sentenceOf(error: unknown, words: Words): string {
  return error instanceof SlashUsage ? words.say('slash.needs', { usage: words.say(error.usage) }) : words.error(error);
}

function refusedIn({ connection, channel }: Deck): string[] {
  const { channelId } = channel();
  const refused = connection.outbox.filter(pending => pending.failed && pending.channelId === channelId).map(({ nonce }) => nonce);
  if (refused.length === 0) throw new Failure('slash.nothingFailed');
  return refused;
}
