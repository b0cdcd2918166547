import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type Failure, WrongUsage } from '../failure.ts';
import { defaultUrl } from '../server/address.ts';
import { Settings } from '../server/settings.ts';
import { languageOf, type Words, wordsIn } from '../words/words.ts';
import type { Where } from './entrance.ts';

/** Exit codes of the program. */
const failed = 1;
const usedWrongly = 2;

interface Shared {
  server?: string;
  pin?: string;
}

/** The command `classcord` with all its subcommands. Each loads what it needs when it runs. */
function classcordProgram(words: Words, env: NodeJS.ProcessEnv, versionLine: () => string): Command {
  const { say } = words;
  const where = ({ server, pin }: Shared): Where => ({ settings: Settings.of(env), words, url: server, pin });
  const number = (min: number, max: number) => (text: string) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) throw new InvalidArgumentError(say('number.wrong', { text, min, max }));
    return value;
  };

  const program = new Command('classcord')
    .description(say('help.about'))
    .argument('[url]', say('help.url'))
    .addOption(new Option('--pin <fingerprint>', say('help.pin')))
    .addOption(new Option('--language <language>', say('help.language')).choices(['en', 'fr']))
    .option('-V, --version', say('help.version'))
    .helpOption('-h, --help', say('help.help'))
    .helpCommand(false)
    .enablePositionalOptions()
    .showHelpAfterError(false)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .configureHelp({ styleTitle: title => titleIn(words, title), optionDescription: option => option.description })
    .addHelpText('after', `\n${say('help.more', { url: defaultUrl })}`)
    .action(async (url: string | undefined, { pin }: { pin?: string }) => {
      const { open } = await import('./open.ts');
      await open(where({ server: url, pin }), env);
    });
  program.on('option:version', () => {
    process.stdout.write(`${versionLine()}\n`);
    throw new CommanderError(0, 'commander.version', '');
  });

  /** A subcommand; it inherits how the program speaks. */
  const command = (name: string, about: string) =>
    program
      .command(name)
      .description(about)
      .helpOption('-h, --help', say('help.help'))
      .addOption(new Option('--language <language>', say('help.language')).choices(['en', 'fr']));
  /** One that speaks to a server with the log-in that is kept. */
  const session = (name: string, about: string) =>
    command(name, about).option('--server <url>', say('help.server')).option('--pin <fingerprint>', say('help.pin'));

  command('login', say('help.login'))
    .argument('[url]', say('help.url'))
    .option('--name <name>', say('help.login.name'))
    .option('--password-stdin', say('help.login.stdin'), false)
    .option('--pin <fingerprint>', say('help.pin'))
    .action(async (url: string | undefined, options: { name?: string; passwordStdin: boolean; pin?: string }) => {
      const { logInOnly } = await import('./log-in.ts');
      await logInOnly(where({ server: url, pin: options.pin }), options);
    });
  command('logout', say('help.logout'))
    .argument('[url]', say('help.url'))
    .option('--pin <fingerprint>', say('help.pin'))
    .action(async (url: string | undefined, options: { pin?: string }) => {
      const { logOut } = await import('./log-in.ts');
      await logOut(where({ server: url, pin: options.pin }));
    });
  session('send', say('help.send'))
    .argument('<to>', say('help.target'))
    .option('--whole', say('help.send.whole'), false)
    .addOption(new Option('--timeout <seconds>', say('help.timeout')).argParser(number(1, 86_400)).default(60))
    .action(async (to: string, options: Shared & { whole: boolean; timeout: number }) => {
      const { send } = await import('./send.ts');
      await send(where(options), to, { whole: options.whole, seconds: options.timeout });
    });
  session('tail', say('help.tail'))
    .argument('<from>', say('help.target'))
    .addOption(new Option('-n, --lines <number>', say('help.tail.lines')).argParser(number(0, 100_000)).default(10))
    .option('-f, --follow', say('help.tail.follow'), false)
    .option('--json', say('help.json'), false)
    .action(async (from: string, options: Shared & { lines: number; follow: boolean; json: boolean }) => {
      const { tail } = await import('./read.ts');
      await tail(where(options), from, options);
    });
  session('history', say('help.history'))
    .argument('<from>', say('help.target'))
    .option('--json', say('help.json'), false)
    .action(async (from: string, options: Shared & { json: boolean }) => {
      const { history } = await import('./read.ts');
      await history(where(options), from, options);
    });
  session('who', say('help.who'))
    .option('--json', say('help.json'), false)
    .action(async (options: Shared & { json: boolean }) => {
      const { who } = await import('./lists.ts');
      await who(where(options), options.json);
    });
  session('channels', say('help.channels'))
    .option('--json', say('help.json'), false)
    .action(async (options: Shared & { json: boolean }) => {
      const { channels } = await import('./lists.ts');
      await channels(where(options), options.json);
    });
  return program;
}

/** The words of the help that are commander's own. */
function titleIn({ say }: Words, title: string): string {
  const own = { 'Usage:': 'help.usage', 'Arguments:': 'help.arguments', 'Options:': 'help.options', 'Commands:': 'help.commands' } as const;
  return Object.hasOwn(own, title) ? say(own[title as keyof typeof own]) : title;
}

/** What commander has against a command line, in the reader's language. */
function complaint({ code, message }: CommanderError): Failure {
  const text = /'([^']*)'/.exec(message)?.[1] ?? '';
  switch (code) {
    case 'commander.unknownOption':
      return new WrongUsage('usage.unknownOption', { text });
    case 'commander.unknownCommand':
      return new WrongUsage('usage.unknownCommand', { text });
    case 'commander.missingArgument':
      return new WrongUsage('usage.missingArgument', { text });
    case 'commander.optionMissingArgument':
      return new WrongUsage('usage.missingValue', { text });
    case 'commander.excessArguments':
      return new WrongUsage('usage.tooMany');
    default:
      return new WrongUsage('usage.wrongValue', { text: message.replace(/^error: /, '').replace(/^.* is invalid\. /, '') });
  }
}

/**
 * Runs one command line and answers its exit code: 0 done, 1 failed, 2 wrong usage.
 * An error is one line on stderr, never a stack trace.
 */
export async function runProgram(argv: readonly string[], env: NodeJS.ProcessEnv, versionLine: () => string): Promise<number> {
  // Known before the command line is read: what is wrong with it is said in this language too.
  const wanted = argv.flatMap((word, index) =>
    word === '--language' ? (argv[index + 1] ?? []) : (/^--language=(.*)/.exec(word)?.[1] ?? []),
  )[0];
  const words = wordsIn(languageOf(wanted, env));
  try {
    await classcordProgram(words, env, versionLine).parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    // Help and version are no errors.
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const told = error instanceof CommanderError ? complaint(error) : error;
    process.stderr.write(`classcord: ${words.error(told)}\n`);
    return told instanceof WrongUsage ? usedWrongly : failed;
  }
}
