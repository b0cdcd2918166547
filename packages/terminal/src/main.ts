import { runProgram } from './cli/program.ts';
import { versionLine } from './version.ts';

// Whoever reads our output may stop reading (`classcord history '#dev' | head`); that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

// A connection that heals itself keeps the process: what is done is done.
process.exit(await runProgram(process.argv.slice(2), process.env, versionLine));
