import { nesterProgram, runProgram } from './cli/program.ts';
import { readVersion } from './version.ts';

// Whoever reads our output may stop reading (`nester user list | head`); that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runProgram(nesterProgram(readVersion()), process.argv.slice(2));
