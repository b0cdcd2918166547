import { spawn } from 'node:child_process';

/** Long enough for a service manager that is busy; what has not got through by then is worth nothing. */
const patienceMs = 10_000;

/** Tells the service manager how this program does (sd_notify(3)). */
export interface SdNotify {
  /** It works. From now on the manager hears that the event loop turns, when it asked for that. */
  ready(status: string): void;
  /** It is ending. */
  stopping(status: string): void;
}

/**
 * Says it by systemd-notify(1), for Node has no datagrams on Unix sockets: one short process a message. Without $NOTIFY_SOCKET
 * nothing is said at all, and what cannot be said stops nothing.
 * @param failed hears once why the manager cannot be told
 */
export function sdNotify(environment: NodeJS.ProcessEnv, failed: (reason: string) => void): SdNotify {
  const { NOTIFY_SOCKET, PATH, WATCHDOG_USEC, WATCHDOG_PID } = environment;
  if (!NOTIFY_SOCKET) return { ready() {}, stopping() {} };
  let hasFailed = false;
  const fail = (reason: string) => {
    if (!hasFailed) failed(reason);
    hasFailed = true;
  };
  let underWay = 0;
  const say = (...words: string[]) => {
    underWay += 1;
    const child = spawn('systemd-notify', words, { env: { NOTIFY_SOCKET, PATH }, stdio: 'ignore', timeout: patienceMs });
    let reason: string | undefined;
    child.once('error', error => {
      reason = error.message;
    });
    child.once('close', (code, signal) => {
      underWay -= 1;
      reason ??= code === 0 ? undefined : `systemd-notify ended with ${code ?? signal}`;
      if (reason !== undefined) fail(reason);
    });
    child.unref();
  };
  // Of another process: the manager watches that one.
  const isWatched = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === process.pid;
  const watchMs = isWatched ? Number(WATCHDOG_USEC ?? 0) / 1_000 : 0;
  let watching: NodeJS.Timeout | undefined;
  return {
    ready(status) {
      say('READY=1', `STATUS=${status}`);
      if (!(watchMs > 0)) return;
      // A third of the time: one that comes late, or not at all, is no alarm yet.
      watching = setInterval(() => {
        if (underWay === 0) say('WATCHDOG=1');
      }, watchMs / 3).unref();
    },
    stopping(status) {
      clearInterval(watching);
      say('STOPPING=1', `STATUS=${status}`);
    },
  };
}
