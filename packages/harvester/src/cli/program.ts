import { Command, CommanderError } from 'commander';
import { type Config, ConfigError, readConfig } from '../config.ts';
import { oneLine } from '../failure.ts';
import { readVersion, versionLine } from '../version.ts';
import type { ScanOptions } from './scan.ts';
import { shedCompiler } from './without-compiler.ts';

/** Exit codes of the program. */
const failed = 1;
const usedWrongly = 2;

const proxyText = 'an HTTP proxy that leads to Nester, or off [HARVESTER_PROXY; else HTTPS_PROXY, HTTP_PROXY, NO_PROXY]';

interface Shared {
  data?: string;
  nester?: string;
  pin?: string;
  proxy?: string;
  http?: string;
  config?: string;
}

/** The command `harvester` with all its subcommands. Each loads what it needs when it runs. */
export function harvesterProgram(): Command {
  const program = new Command('harvester')
    .description('The probe of Aerie at a site: scans what its site’s policy allows, keeps its reports, sends them to Nester.')
    .option('-V, --version', 'say the version')
    .showHelpAfterError(false)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`harvester: ${oneLine(text).replace(/^error: /, '')}\n`) });
  program.on('option:version', () => {
    process.stdout.write(`${versionLine()}\n`);
    throw new CommanderError(0, 'commander.version', '');
  });

  withSettings(
    program
      .command('enrol')
      .description('join a site with the one-time code of its page')
      .argument('<url>', 'the address of Nester, such as https://nester.example')
      .argument('<code>', 'the code; it is good once, for 24 hours. -: from standard input, so that it stands in no list of processes')
      .option('--force', 'replace the probe that is enrolled in this folder', false)
      .option('--proxy <url>', proxyText),
  ).action(async (url: string, code: string, options: Shared & { force: boolean }) => {
    const { enrol } = await import('../enrol.ts');
    const { data, proxy } = configOf(options);
    warnOfPlainText(url);
    const { siteCode, siteName } = await enrol(data, url, code === '-' ? await firstLine(process.stdin) : code, {
      force: options.force,
      version: readVersion().version,
      proxy,
    });
    process.stdout.write(`Enrolled at ${siteCode} (${oneLine(siteName)}). Start it: npx harvester run\n`);
  });

  withSettings(program.command('run').description('run the probe until it is told to stop'))
    .option('--nester <url>', 'where Nester is now, when it has moved [HARVESTER_NESTER]')
    .option('--pin <hash>', 'SHA-256 of its certificate, base64url, when that is new [HARVESTER_PIN]')
    .option('--proxy <url>', proxyText)
    .option('--http <address>', 'where the local dashboard listens; off: nowhere (default: 127.0.0.1:5000) [HARVESTER_HTTP]')
    .action(async (options: Shared) => {
      const { run } = await import('./run.ts');
      const config = configOf(options);
      await shedCompiler(() => Promise.all([import('../diagnose/perform.ts'), import('../enrol.ts')]));
      await run(config);
    });

  withSettings(
    program
      .command('scan')
      .description('scan now, once, what the policy allows')
      .option('--targets <cidrs>', 'only these of the allowed ranges, with commas: CIDRs, addresses, 10.0.0.5-20')
      .option('--inventory <file>', 'only the hosts in this file: a JSON list, {"hosts": […]}, or one a line')
      .option('--sweep', 'only who is there', false)
      .option('--deep', 'look closely at every device, known or not', false)
      .option('--dry-run', 'list what would be touched, and send nothing', false)
      .option('--json', 'print the report itself', false),
  ).action(async ({ targets, ...options }: Shared & Omit<ScanOptions, 'targets'> & { targets?: string }) => {
    const { scanOnce } = await import('./scan.ts');
    await scanOnce(configOf(options).data, { ...options, targets: targets?.split(',').map(target => target.trim()) });
  });

  withSettings(program.command('status').description('say who this probe is and how it does').option('--json', 'as JSON', false)).action(
    async (options: Shared & { json: boolean }) => {
      const { printStatus } = await import('./status.ts');
      await printStatus(configOf(options).data, options.json);
    },
  );

  withSettings(program.command('doctor').description('say what is wrong with this probe, and the mend'))
    .option('--json', 'one JSON array of findings', false)
    .option('--nester <url>', 'where Nester is now, when it has moved [HARVESTER_NESTER]')
    .option('--pin <hash>', 'SHA-256 of its certificate, base64url, when that is new [HARVESTER_PIN]')
    .option('--proxy <url>', proxyText)
    .action(async (options: Shared & { json: boolean }) => {
      const { doctor } = await import('./doctor.ts');
      await doctor(configOf(options), options.json);
    });

  withSettings(
    program
      .command('password')
      .description('set the password of the local dashboard, from standard input')
      .option('--remove', 'ask none any more', false),
  ).action(async (options: Shared & { remove: boolean }) => {
    const { setPassword } = await import('./password.ts');
    await setPassword(configOf(options).data, options);
  });

  const diagnose = program
    .command('diagnose')
    .description('look at something now, as Nester may ask for it: the policy says what is allowed');
  const look = (name: string, words: string, asked: (args: string[]) => Record<string, unknown>) =>
    withSettings(diagnose.command(name).description(words)).action(async (...given: unknown[]) => {
      const command = given.at(-1) as Command;
      const { diagnose } = await import('./diagnose.ts');
      await diagnose(configOf(command.opts<Shared>()).data, asked(command.args));
    });
  look('ping', 'ask a host for echoes', ([host]) => ({ do: 'ping', host })).argument('<host>');
  look('traceroute', 'show the way to a host', ([host]) => ({ do: 'traceroute', host })).argument('<host>');
  look('dns', 'look a name up', ([name, type]) => ({ do: 'dns', name, ...(type ? { type: type.toUpperCase() } : {}) }))
    .argument('<name>')
    .argument('[type]', 'A, AAAA, CNAME, MX, NS, PTR or TXT');
  look('tcp', 'ask a host for a connection', ([host, port]) => ({ do: 'tcp', host, port: Number(port) }))
    .argument('<host>')
    .argument('<port>');
  look('http', 'ask for a page', ([url]) => ({ do: 'http', url })).argument('<url>');
  return program;
}

function withSettings(command: Command): Command {
  return command
    .optionsGroup('Settings (flag > environment > file > default):')
    .option('--config <file>', 'a TOML file of settings [HARVESTER_CONFIG]')
    .option('--data <folder>', 'the folder of the probe (default: ./harvester-data) [HARVESTER_DATA]');
}

function configOf({ data, nester, pin, proxy, http, config }: Shared): Config {
  return readConfig({ data, nester, pin, proxy, http }, process.env, config ?? (process.env.HARVESTER_CONFIG || undefined));
}

async function firstLine(input: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += chunk.toString('utf8');
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0]!;
}

function warnOfPlainText(url: string): void {
  if (!URL.canParse(url)) return;
  const { protocol, hostname } = new URL(url);
  if (protocol === 'http:' && !/^(localhost|127\..*|\[::1\])$/.test(hostname))
    process.stderr.write('harvester: the code travels in clear text to an http:// address; use https:// where you can.\n');
}

/**
 * Runs one command line and answers its exit code: 0 done, 1 failed, 2 wrong usage.
 * An error is one line on stderr, never a stack trace.
 */
export async function runProgram(program: Command, argv: readonly string[]): Promise<number> {
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has printed its own; help and version are no errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usedWrongly;
    process.stderr.write(`harvester: ${oneLine(error)}\n`);
    return error instanceof ConfigError ? usedWrongly : failed;
  }
}
