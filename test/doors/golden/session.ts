/**
 * A golden session: a conversation on the old wire, written down. The first line is its title; `#` begins a comment.
 *
 *     server: AERIE_GUESTS=on          settings of the Nester it is played on, besides open registration
 *     accounts: alice bob              who has an account
 *     guests: gus                      connections that are guests from their first line on
 *
 *     alice enters                     logs in, asks who is here; the others are told that alice is online
 *     bob2 enters as bob               the same for a second session of bob
 *     nora connects                    a connection, and nothing said
 *     alice> {"type":"users"}          alice's client sends this line
 *     alice>> {"type":"us\xc3          sends these bytes: \xHH, \n, \r and \\ are read, no newline is added
 *     bob< {"type":"message",…}        the next line that bob's client gets, exactly: no field more or less
 *     bob~ {"type":"status",…}         the same, but lines that are not read yet may come before it
 *     bob<nothing                      nothing has come to bob that was not read above
 *     bob<closed                       the server closes bob's connection
 *     bob leaves                       bob's client closes it
 *     admin calls user.kick {…}        an administrator runs a command through the web door
 *     server stops                     told to stop; it ends with code 0
 *
 * In lines: `$password`, `$run` (other letters every time it is played), `$ms` (other digits), `$id(bob)`, `$long(9)` (that many letters). In lines that are expected, a text may be
 * `<time>` (ISO, with a T), `<text>`, `<text with WORDS>` or `<as FIELD>` (the same as another field of this line).
 */
export interface Session {
  file: string;
  title: string;
  settings: Record<string, string>;
  accounts: string[];
  guests: string[];
  steps: Step[];
}

export type Step = { at: number } & (
  | { kind: 'connects' | 'leaves' | 'nothing' | 'closed'; who: string }
  | { kind: 'enters'; who: string; user: string }
  | { kind: 'sends' | 'sendsBytes' | 'hears' | 'hearsToo'; who: string; text: string }
  | { kind: 'calls'; command: string; text: string }
  | { kind: 'stops' }
);

/** Reads a session; a line that cannot be read is an error that names it. */
export function readSession(file: string, text: string): Session {
  const [first = '', ...lines] = text.split('\n');
  if (!first.startsWith('# ')) throw new Error(`${file}: the first line is the title, behind "# "`);
  const session: Session = { file, title: first.slice(2), settings: {}, accounts: [], guests: [], steps: [] };
  lines.forEach((line, i) => {
    if (line.trim() === '' || line.startsWith('#')) return;
    const header = /^(server|accounts|guests): (.*)$/.exec(line);
    if (header) readHeader(session, header[1]!, header[2]!.split(' '));
    else session.steps.push({ at: i + 2, ...readStep(file, i + 2, line) });
  });
  return session;
}

function readHeader(session: Session, key: string, words: string[]): void {
  if (key === 'accounts') session.accounts = words;
  else if (key === 'guests') session.guests = words;
  else session.settings = Object.fromEntries(words.map(word => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
}

const speeches: Record<string, 'sends' | 'sendsBytes' | 'hears' | 'hearsToo'> = {
  '>': 'sends',
  '>>': 'sendsBytes',
  '<': 'hears',
  '~': 'hearsToo',
};

/** A step without its place in the file. */
type Bare<T> = T extends unknown ? Omit<T, 'at'> : never;

function readStep(file: string, at: number, line: string): Bare<Step> {
  if (line === 'server stops') return { kind: 'stops' };
  const calls = /^admin calls (\S+) (.*)$/.exec(line);
  if (calls) return { kind: 'calls', command: calls[1]!, text: calls[2]! };
  const speech = /^(\w+)(>>|>|<|~) (.*)$/.exec(line);
  if (speech) return { kind: speeches[speech[2]!]!, who: speech[1]!, text: speech[3]! };
  const end = /^(\w+)<(nothing|closed)$/.exec(line);
  if (end) return { kind: end[2] as 'nothing' | 'closed', who: end[1]! };
  const act = /^(\w+) (connects|leaves|enters)(?: as (.+))?$/.exec(line);
  if (act?.[2] === 'enters') return { kind: 'enters', who: act[1]!, user: act[3] ?? act[1]! };
  if (act) return { kind: act[2] as 'connects' | 'leaves', who: act[1]! };
  throw new Error(`${file}:${at}: this cannot be read: ${line}`);
}
