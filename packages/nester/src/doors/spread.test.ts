import { expect, it } from 'vitest';
import { actor, fakeConnection } from '../../test/fake-connection.ts';
import { Spread } from './spread.ts';

const nextTurn = () => new Promise<void>(resolve => setImmediate(resolve));

function audience(size: number) {
  const told: string[] = [];
  const connections = Array.from({ length: size }, (_, i) => {
    const { connection } = fakeConnection();
    connection.logIn(actor(String(i)));
    return connection;
  });
  return { told, connections, set: new Set(connections) };
}

it('tells few at once, and many in turns, those who came first before the others', async () => {
  const spread = new Spread();
  const few = audience(64);
  spread.tell(few.set, ({ userId }) => few.told.push(userId!));
  expect(few.told).toHaveLength(64);
  const many = audience(1_000);
  spread.tell(many.set, ({ userId }) => many.told.push(userId!));
  expect(many.told).toHaveLength(0);
  await nextTurn();
  expect(many.told).toHaveLength(64);
  while (many.told.length < 1_000) await nextTurn();
  expect(many.told).toEqual(many.connections.map(({ userId }) => userId));
});

it('tells one thing after the other, a small audience too', async () => {
  const spread = new Spread();
  const { told, set, connections } = audience(200);
  for (const what of ['a', 'b']) spread.tell(set, connection => connection === connections[7] && told.push(what));
  spread.tell(new Set([connections[7]!]), () => told.push('c'));
  expect(told).toEqual([]);
  while (told.length < 3) await nextTurn();
  expect(told).toEqual(['a', 'b', 'c']);
});

it('tells nobody who has left the audience meanwhile', async () => {
  const spread = new Spread();
  const { told, set, connections } = audience(200);
  spread.tell(set, ({ userId }) => told.push(userId!));
  await nextTurn();
  set.delete(connections[150]!);
  while (told.at(-1) !== '199') await nextTurn();
  expect(told).toHaveLength(199);
  expect(told).not.toContain('150');
});

it('has nothing left after a few turns, however much waits', async () => {
  const spread = new Spread();
  const { set } = audience(500);
  let told = 0;
  for (let i = 0; i < 200; i++) spread.tell(set, () => told++);
  let turns = 0;
  for (; told < 100_000; turns++) await nextTurn();
  expect(turns).toBeLessThan(150);
});
