import {
  AppError,
  atLeast,
  type Channel,
  type CommandRequest,
  channelKey,
  channelNameProblem,
  cleanUserName,
  errorSentence,
  type ImportVerdict,
  limits,
  userNameProblem,
} from '@aerie/contract';
import { directKey } from '../chat/channels.ts';
import { cleanContent } from '../chat/messages.ts';
import { newId } from '../new-id.ts';
import type { Accounts } from './judge-users.ts';
import type { StagedChannel, StagedImport } from './staged-import.ts';

type OldMessage = CommandRequest<'import.messages'>['messages'][number];

/** Of imported accounts. */
export const importedRole = 'member';

/** What is known here while a page of messages is judged. */
export interface Here {
  accounts: Accounts;
  channelNamed(name: string): Channel | undefined;
  /** Direct channels that are there, by their key. */
  directs: ReadonlyMap<string, string>;
  /** Keys of messages that were brought before. */
  known: ReadonlySet<string>;
  now: number;
}

/** Somebody who speaks: with an account that is here or will be made, or without one. */
interface Speaker {
  userId: string | null;
  name: string;
  isNew: boolean;
}

/** What becomes of a message of the other server; stages it when it is taken. Undefined: taken as it is. */
export function judgeMessage(staged: StagedImport, here: Here, message: OldMessage): ImportVerdict | undefined {
  const { index, key } = message;
  try {
    if (here.known.has(key) || staged.keys.has(key)) return { index, outcome: 'already', reason: 'It was brought before.' };
    const changes: string[] = [];
    const content = cleanContent(message.content);
    if (content.trim() === '') throw new Refusal('It is empty.');
    if (content.length > limits.contentChars) throw new Refusal(`It is longer than ${limits.contentChars} characters.`);
    if (content !== message.content) changes.push('Characters that cannot be stored were left out.');
    const author = speakerNamed(staged, here, message.author);
    if (author.userId === null && author.name !== message.author) changes.push(`The author is written ${author.name}.`);
    const at = Math.min(message.at, here.now);
    if (at < message.at) changes.push('Its time lay in the future; it has the time of the import.');
    const channelId =
      message.to === undefined
        ? placeInChannel(staged, here, author, message.channel, changes)
        : placeInDirect(staged, here, author, message.to);
    staged.addMessage({ channelId, author: { userId: author.userId, name: author.name }, content, at, key });
    return changes.length > 0 ? { index, outcome: 'changed', reason: changes.join(' ') } : undefined;
  } catch (error) {
    if (error instanceof Refusal) return { index, outcome: 'refused', reason: error.message };
    throw error;
  }
}

/** The accounts among the authors of a page, whose messages may be here already. */
export function authorIdsOf(accounts: Accounts, messages: readonly OldMessage[]): string[] {
  const ids = new Set<string>();
  for (const name of new Set(messages.map(({ author }) => author))) {
    const user = accounts.byName(cleanUserName(name.toWellFormed()));
    if (user) ids.add(user.userId);
  }
  return [...ids];
}

/** The keys of the direct channels, of people who have accounts here, that a page needs. */
export function directKeysOf(accounts: Accounts, messages: readonly OldMessage[]): string[] {
  const keys = new Set<string>();
  for (const { author, to } of messages) {
    if (to === undefined) continue;
    const [one, other] = [author, to].map(name => accounts.byName(cleanUserName(name.toWellFormed())));
    if (one && other) keys.add(directKey(one.userId, other.userId));
  }
  return [...keys];
}

/** Why a message is not taken. */
class Refusal extends Error {}

function speakerNamed(staged: StagedImport, { accounts }: Here, typed: string): Speaker {
  const name = cleanUserName(typed.toWellFormed());
  const coming = staged.userNamed(name);
  if (coming) return { userId: coming.userId, name: coming.name, isNew: true };
  const user = accounts.byName(name);
  if (user?.kind === 'person') return { userId: user.userId, name: user.name, isNew: false };
  return { userId: null, name: userNameProblem(name) ? tidyName(name) : name, isNew: false };
}

/** Of a name that no account may have, what can be shown in a line. */
function tidyName(name: string): string {
  const shown = name.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  return [...shown].slice(0, limits.userNameChars).join('').trim() || 'invité';
}

function placeInChannel(staged: StagedImport, here: Here, author: Speaker, typed: string | undefined, changes: string[]): string {
  const asked = (typed ?? '').trim() || 'général';
  const name = channelNameOf(asked);
  if (name !== asked.normalize('NFC').replace(/^#/, '')) changes.push(`The channel is written #${name}.`);
  const existing = here.channelNamed(name);
  if (existing) {
    if (author.isNew && existing.kind === 'public' && !existing.archived && atLeast(importedRole, existing.minRole))
      joining(staged, existing.channelId).add(author.userId as string);
    return existing.channelId;
  }
  const coming = stagedChannel(staged, channelKey(name), { name, directUserIds: undefined });
  if (author.userId !== null) coming.memberIds.add(author.userId);
  return coming.channelId;
}

/** A channel's name as it may be here: spaces become hyphens, what no name may hold is left out. */
function channelNameOf(typed: string): string {
  const bare = typed.toWellFormed().normalize('NFC').replace(/^#+/, '');
  if (!channelNameProblem(bare)) return bare;
  const name = bare
    .trim()
    .replace(/[\p{Z}\p{Cc}]+/gu, '-')
    .replace(/[^\p{L}\p{M}\p{N}_-]/gu, '')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, limits.channelNameChars);
  const reason = channelNameProblem(name);
  if (reason) throw new Refusal(errorSentence('bad_channel_name', { reason }));
  return name;
}

function placeInDirect(staged: StagedImport, here: Here, author: Speaker, to: string): string {
  const receiver = speakerNamed(staged, here, to);
  if (author.userId === null) throw new Refusal(`It was said in private by ${author.name}, who has no account.`);
  if (receiver.userId === null) throw new Refusal(`It was said in private to ${receiver.name}, who has no account.`);
  if (author.userId === receiver.userId) throw new Refusal('It was said in private to its own author.');
  const key = directKey(author.userId, receiver.userId);
  const existing = here.directs.get(key);
  if (existing !== undefined) return existing;
  const directUserIds = [author.userId, receiver.userId] as const;
  const coming = stagedChannel(staged, key, { name: '', directUserIds });
  for (const userId of directUserIds) coming.memberIds.add(userId);
  return coming.channelId;
}

function stagedChannel(staged: StagedImport, key: string, fields: Pick<StagedChannel, 'name' | 'directUserIds'>): StagedChannel {
  let channel = staged.channels.get(key);
  if (!channel) {
    if (staged.channels.size >= mostChannels) throw new AppError('bad_input', { field: 'channel', reason: 'there are too many channels' });
    channel = { ...fields, channelId: newId(), memberIds: new Set() };
    staged.channels.set(key, channel);
  }
  return channel;
}

const mostChannels = 10_000;

function joining(staged: StagedImport, channelId: string): Set<string> {
  let userIds = staged.joining.get(channelId);
  if (!userIds) {
    userIds = new Set();
    staged.joining.set(channelId, userIds);
  }
  return userIds;
}
