import { once } from 'node:events';
import { Chat } from '../chat/chat.ts';
import { endingFailure } from '../chat/ending.ts';
import { Failure } from '../failure.ts';
import { Keyboard } from '../screen/keyboard.ts';
import { Screen } from '../screen/screen.ts';
import { endpointOf, enter, type Where } from './entrance.ts';

/** `classcord [URL]`: the screen. */
export async function open(where: Omit<Where, 'keyboard'>, env: NodeJS.ProcessEnv): Promise<void> {
  const { words, settings } = where;
  // What is wrong with the command line is told first.
  endpointOf(where);
  if (!process.stdin.isTTY || !process.stdout.isTTY) throw new Failure('screen.noTerminal');
  if (env.TERM === 'dumb') throw new Failure('screen.dumb', { term: env.TERM });
  const keyboard = new Keyboard(process.stdin);
  const screen = new Screen(process.stdout, !env.NO_COLOR);
  const leave = (signal: NodeJS.Signals) => {
    screen.stop();
    keyboard.stop();
    process.exit(signal === 'SIGTERM' ? 143 : 129);
  };
  process.on('SIGTERM', leave).on('SIGHUP', leave);
  keyboard.start();
  try {
    const session = await enter({ ...where, keyboard }, { live: true });
    const chat = new Chat({ session, screen, keyboard, words, now: Date.now, suspend });
    const end = await chat.run();
    session.connection.stop();
    if (end === 'quit') return;
    settings.keep(session.url, { token: undefined });
    throw endingFailure(chat.ending, session.url);
  } finally {
    keyboard.stop();
    process.off('SIGTERM', leave).off('SIGHUP', leave);
  }
}

/** Stops this program and whatever started it for the shell (npx, an old Node), as the shell's own Ctrl-Z does. */
async function suspend(): Promise<void> {
  const goesOn = once(process, 'SIGCONT');
  process.kill(0, 'SIGTSTP');
  await goesOn;
}
