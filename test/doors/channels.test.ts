import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';

/** Channels that change under the hands of clients that know nothing of it. */
describe('channels that change', () => {
  let nester: Nester;
  let ada: Person;
  let bob: Person;
  const open: LineClient[] = [];

  beforeAll(async () => {
    nester = await Nester.start();
    ada = await firstAdministrator(nester, 'Ada');
    bob = await newPerson(nester, ada, 'Bob');
  });
  afterAll(async () => {
    await Promise.all(open.map(client => client.close()));
    await nester.remove();
  });

  async function old(name: string): Promise<LineClient> {
    const client = await LineClient.connect(nester.tcp);
    open.push(client);
    await client.logInOld(name, password);
    return client;
  }
  /** What was said last in a channel; the answer to a later question says that it has been said. */
  async function lastIn(client: LineClient, channelId: string): Promise<string | undefined> {
    client.write({ type: 'users' });
    await client.next('the answer', line => line.type === 'users');
    return (await ada.http.call('message.history', { channelId })).messages.at(-1)?.content;
  }

  it('are followed by old clients through a new name, and the old name is another channel’s', async () => {
    const { channelId } = await ada.http.call('channel.create', { name: 'salle' });
    const [client, reader] = [await old('Bob'), await old('Ada')];
    for (const one of [client, reader]) {
      one.write({ type: 'message', content: '/join #salle' });
      await one.next('the answer', line => line.channel === '#salle');
    }
    client.write({ type: 'message', channel: '#salle', content: 'before' });
    expect((await reader.next('before', line => line.content === 'before')).channel).toBe('#salle');

    await ada.http.call('channel.update', { channelId, name: 'atelier' });
    client.write({ type: 'message', content: 'after' });
    expect((await reader.next('after', line => line.content === 'after')).channel).toBe('#atelier');
    client.write({ type: 'message', channel: '#salle', content: 'to nobody' });
    expect(await client.next('the refusal', line => line.type === 'error')).toMatchObject({ error: expect.any(String) });
    const other = await ada.http.call('channel.create', { name: 'salle' });
    client.write({ type: 'message', channel: '#salle', content: 'to the new one' });
    expect(await lastIn(client, other.channelId)).toBe('to the new one');
    expect(await lastIn(client, channelId)).toBe('after');
  });

  it('are not written to by old clients that may no longer', async () => {
    const channelId = await channelNamed(ada, 'dev');
    const client = await old('Bob');
    client.write({ type: 'message', content: '/join #dev' });
    await client.next('the answer', line => line.channel === '#dev');
    const refused = async (change: object) => {
      await ada.http.call('channel.update', { channelId, ...change });
      client.write({ type: 'message', content: 'may I?' });
      const line = await client.next('the refusal', got => got.type === 'error');
      expect(line.error).toBe(line.message);
      return line.message;
    };
    expect(await refused({ postRole: 'technician' })).toContain('#dev');
    expect(await refused({ archived: true })).toContain('#dev');
    await refused({ archived: false, postRole: 'member', minRole: 'technician' });
    expect((await ada.http.call('channel.members', { channelId })).userIds).not.toContain(bob.userId);
    await ada.http.call('channel.update', { channelId, minRole: 'viewer' });
    client.write({ type: 'message', content: '/join #dev' });
    await client.next('the answer', line => line.channel === '#dev');
    client.write({ type: 'message', content: 'again' });
    expect(await lastIn(client, channelId)).toBe('again');
  });

  it('name people from old clients too', async () => {
    const client = await old('Ada');
    client.write({ type: 'message', content: 'bonjour @bob' });
    const general = await channelNamed(bob, 'général');
    expect(await lastIn(client, general)).toBe('bonjour @bob');
    const { messages } = await bob.http.call('message.history', { channelId: general });
    expect(messages.at(-1)?.mentions).toEqual([bob.userId]);
  });
});
