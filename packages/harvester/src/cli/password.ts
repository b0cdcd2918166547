import { createInterface } from 'node:readline';
import { forgetPassword, keepPassword } from '../dashboard/password.ts';
import { Failure } from '../failure.ts';

/**
 * Sets the password of the dashboard from standard input: its first line, so that it stands in no list of processes.
 * At a terminal it asks, and does not show what is typed.
 */
export async function setPassword(folder: string, { remove }: { remove: boolean }): Promise<void> {
  if (remove) {
    forgetPassword(folder);
    process.stdout.write('The dashboard asks no password any more. Start the Harvester again.\n');
    return;
  }
  const typed = process.stdin.isTTY ? await askUnseen('Password of the dashboard: ') : await firstLine();
  if (typed === '') throw new Failure('No password was given. Write it to standard input: npx harvester password < password.txt');
  await keepPassword(folder, typed);
  process.stdout.write('The dashboard asks this password from its next start on: npx harvester run\n');
}

async function firstLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line;
  return '';
}

function askUnseen(question: string): Promise<string> {
  const { stdin, stdout } = process;
  stdout.write(question);
  stdin.setRawMode(true).setEncoding('utf8').resume();
  return new Promise((resolve, reject) => {
    let typed = '';
    const end = (then: () => void) => {
      stdin.setRawMode(false).pause().off('data', read);
      stdout.write('\n');
      then();
    };
    const read = (text: string) => {
      for (const letter of text) {
        if (letter === '\r' || letter === '\n') return end(() => resolve(typed));
        if (letter === '\u0003' || letter === '\u0004') return end(() => reject(new Failure('No password was set.')));
        if (letter === '\u007f' || letter === '\b') typed = [...typed].slice(0, -1).join('');
        else if (letter >= ' ') typed += letter;
      }
    };
    stdin.on('data', read);
  });
}
