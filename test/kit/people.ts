import type { HttpCaller } from '@aerie/client';
import type { Role } from '@aerie/contract';
import type { Nester } from './nester.ts';

export const password = 'correct-horse-battery-9';

export interface Person {
  name: string;
  userId: string;
  token: string;
  /** Calls commands as this person. */
  http: HttpCaller;
}

/** Makes the first administrator with the link that Nester printed. */
export async function firstAdministrator(nester: Nester, name = 'Ada'): Promise<Person> {
  const link = new URL(await nester.setupLink());
  const { token, me } = await nester.http().call('setup.complete', { token: link.hash.slice(1), name, password, language: 'en' });
  return { name, userId: me.userId, token: token!, http: nester.http(token) };
}

/** Makes an account and logs it in. */
export async function newPerson(nester: Nester, admin: Person, name: string, role: Role = 'member'): Promise<Person> {
  const { userId } = await admin.http.call('user.create', { name, password, role });
  const { token } = await nester.http().call('session.logIn', { user: name, password });
  return { name, userId, token: token!, http: nester.http(token) };
}

/** The id of a channel, by its name. */
export async function channelNamed(person: Person, name: string): Promise<string> {
  const { channel } = await person.http.call('channel.find', { name });
  return channel.channelId;
}
