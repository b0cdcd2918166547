import type { Connection, Pending } from '@aerie/client';
import type { Message } from '@aerie/contract';
import { expect, test } from 'vitest';
import { keptIn } from '../../app/kept.ts';
import { unsentOf } from './unsent.ts';

function browser() {
  const values = new Map<string, string>();
  const storage = {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  } as Storage;
  return { values, kept: keptIn(() => storage) };
}

/** Of a connection, only what is on its way. */
function line() {
  let listener = () => {};
  const connection = {
    outbox: [] as readonly Pending[],
    subscribe: (each: () => void) => {
      listener = each;
      return () => {};
    },
  };
  return {
    connection: connection as unknown as Connection,
    becomes: (...outbox: Pending[]) => {
      connection.outbox = outbox;
      listener();
    },
  };
}

const pending = (nonce: string): Pending => ({ nonce, channelId: 'c', content: `text ${nonce}`, at: 1 });
const arrived = (nonce: string) => ({ nonce }) as Message;

test('what was on its way when the page closed is there on the next one, and only for its author', () => {
  const { kept } = browser();
  const first = line();
  unsentOf('alice', first.connection, kept);
  first.becomes(pending('n1'), pending('n2'));
  expect(
    unsentOf('alice', line().connection, kept)
      .list()
      .map(each => each.content),
  ).toEqual(['text n1', 'text n2']);
  expect(unsentOf('bob', line().connection, kept).list()).toEqual([]);
});

test('what arrived before the page closed leaves nothing behind', () => {
  const { kept, values } = browser();
  const first = line();
  unsentOf('alice', first.connection, kept);
  first.becomes(pending('n1'));
  first.becomes();
  expect(unsentOf('alice', line().connection, kept).list()).toEqual([]);
  expect(values.size).toBe(0);
});

test('what turns out to have arrived after all, or is dropped, goes for good', () => {
  const { kept } = browser();
  const first = line();
  unsentOf('alice', first.connection, kept);
  first.becomes(pending('n1'), pending('n2'), pending('n3'));
  const second = unsentOf('alice', line().connection, kept);
  second.arrived([arrived('n1'), arrived('other')]);
  second.drop('n2');
  expect(second.list().map(each => each.nonce)).toEqual(['n3']);
  expect(
    unsentOf('alice', line().connection, kept)
      .list()
      .map(each => each.nonce),
  ).toEqual(['n3']);
});

test('what is newly on its way does not push out what was left', () => {
  const { kept } = browser();
  const first = line();
  unsentOf('alice', first.connection, kept);
  first.becomes(pending('n1'));
  const second = line();
  unsentOf('alice', second.connection, kept);
  second.becomes(pending('n2'));
  second.becomes();
  expect(
    unsentOf('alice', line().connection, kept)
      .list()
      .map(each => each.nonce),
  ).toEqual(['n1']);
});

test('a storage that something else wrote into is not trusted', () => {
  const { kept } = browser();
  for (const value of ['{', '{}', '[null]', '[{"nonce":1}]', '[{"nonce":"n","channelId":"c","content":"x","at":"now"}]']) {
    kept.write('unsent.alice', value);
    expect(unsentOf('alice', line().connection, kept).list()).toEqual([]);
  }
});
