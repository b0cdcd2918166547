import { spawn } from 'node:child_process';
import { isIP } from 'node:net';

const mostLineChars = 4_096;

/**
 * The arguments of ping. They are made of numbers and of an address that was checked: no text of anybody's is among them.
 * @throws TypeError for what is no address
 */
export function pingArguments(address: string, count: number): string[] {
  return ['-n', '-c', whole(count), '-i', '0.5', '-W', '2', checked(address)];
}

export function tracerouteArguments(address: string, maxHops: number): string[] {
  return ['-n', '-q', '1', '-w', '2', '-m', whole(maxHops), checked(address)];
}

/** One echo that may go so far and no farther. */
export function hopArguments(address: string, ttl: number): string[] {
  return ['-n', '-c', '1', '-t', whole(ttl), '-W', '1', checked(address)];
}

export function nmapPathArguments(address: string): string[] {
  return ['-sn', '-n', '--traceroute', ...(isIP(address) === 6 ? ['-6'] : []), checked(address)];
}

function checked(address: string): string {
  if (isIP(address) === 0 || address.includes('%')) throw new TypeError('a program is given checked addresses only');
  return address;
}

function whole(n: number): string {
  if (!Number.isInteger(n) || n < 1 || n > 1_000) throw new TypeError('a program is given small whole numbers only');
  return String(n);
}

/**
 * Runs a program without a shell, saying each line of its output at once; when the signal comes it is killed.
 * @returns its exit code; undefined when it could not be run, or was killed
 */
export function runProgram(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
  line: (text: string) => void,
): Promise<number | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise(resolve => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], shell: false, env: { PATH: process.env.PATH, LC_ALL: 'C' } });
    const kill = () => child.kill('SIGKILL');
    signal.addEventListener('abort', kill, { once: true });
    const flushes = [child.stdout, child.stderr].map(stream => {
      let rest = '';
      stream.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split(/\r?\n/);
        rest = lines.pop()!.slice(0, mostLineChars);
        for (const one of lines) if (one.trim() !== '') line(one.slice(0, mostLineChars));
      });
      return () => rest.trim() !== '' && line(rest);
    });
    const end = (code: number | undefined) => {
      signal.removeEventListener('abort', kill);
      for (const flush of flushes) flush();
      resolve(code);
    };
    child.once('error', () => end(undefined));
    child.once('close', code => end(code ?? undefined));
  });
}
