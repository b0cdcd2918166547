import { DatabaseSync } from 'node:sqlite';

/** Old servers kept times in UTC, to the second. */
const begin = Date.parse('2025-09-01T08:00:00Z');

/**
 * Makes the classcord.db of an old server in which people said so many things, one a second.
 * @param people names and plain passwords
 * @param letters that each message has more than a sentence
 */
export function oldServer(file: string, people: Record<string, string>, messages: number, letters = 0): void {
  const database = new DatabaseSync(file);
  database.exec(`
    CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT UNIQUE, status TEXT, ip TEXT, joined_at TEXT);
    CREATE TABLE credentials (username TEXT PRIMARY KEY, password TEXT);
    CREATE TABLE messages (id INTEGER PRIMARY KEY, sender TEXT, receiver TEXT, channel TEXT, content TEXT, timestamp TEXT);
    BEGIN;
  `);
  const user = database.prepare('INSERT INTO users (username) VALUES (?)');
  const credential = database.prepare('INSERT INTO credentials VALUES (?, ?)');
  for (const [name, password] of Object.entries(people)) {
    user.run(name);
    credential.run(name, password);
  }
  const say = database.prepare("INSERT INTO messages (sender, channel, content, timestamp) VALUES (?, '#général', ?, ?)");
  const names = [...Object.keys(people), 'invité7'];
  for (let i = 0; i < messages; i++) {
    const at = new Date(begin + i * 1_000).toISOString().slice(0, 19).replace('T', ' ');
    say.run(names[i % names.length]!, `message ${i}, as people wrote them then: à bientôt 👍${'.'.repeat(letters)}`, at);
  }
  database.exec('COMMIT');
  database.close();
}
