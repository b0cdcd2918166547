import { execFile } from 'node:child_process';

/** How a program of the machine answered. */
export type Answer = { state: 'ran'; code: number; stdout: string; stderr: string } | { state: 'missing' } | { state: 'slow' };

/** Runs a program of the machine with these words, as they are. */
export type Run = (program: Tool, ...words: string[]) => Promise<Answer>;

/** The programs that a doctor may start. They look, and change nothing. */
export type Tool = 'chronyc' | 'fail2ban-client' | 'nft' | 'nginx' | 'systemctl' | 'timedatectl' | 'ufw';

const limitMs = 5_000;
const outputBytes = 1024 * 1024;

/** Runs a program out of the system's own folders, without a shell, for at most five seconds and a mebibyte of output. */
export const runTool: Run = (program, ...words) =>
  new Promise(resolve => {
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', SYSTEMD_PAGER: '', SYSTEMD_COLORS: '0' };
    execFile(program, words, { env, timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: outputBytes }, (error, stdout, stderr) => {
      if (error?.code === 'ENOENT') resolve({ state: 'missing' });
      else if (error?.killed) resolve({ state: 'slow' });
      else resolve({ state: 'ran', code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, stdout, stderr });
    });
  });

/** What a tool printed, or undefined when it did not end well. */
export function printed(answer: Answer): string | undefined {
  return answer.state === 'ran' && answer.code === 0 ? answer.stdout : undefined;
}

/** Why a tool gave no answer that can be used, in a few words. */
export function whyNot(answer: Answer): string {
  if (answer.state === 'missing') return 'it is not installed';
  if (answer.state === 'slow') return 'it did not answer within 5 seconds';
  const says = (answer.stderr || answer.stdout)
    .replaceAll(/^[\d-]+ [\d:,]+ fail2ban\s+\[\d+\]: /gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
  return says || `it ended with ${answer.code}`;
}

/** `NAME=value` lines, as `systemctl show` and `timedatectl show` print them. */
export function readProperties(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split('\n').flatMap(line => {
      const cut = line.indexOf('=');
      return cut > 0 ? [[line.slice(0, cut), line.slice(cut + 1).trim()]] : [];
    }),
  );
}
