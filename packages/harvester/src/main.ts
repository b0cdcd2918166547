import { harvesterProgram, runProgram } from './cli/program.ts';

// Whoever reads our output may stop reading (`harvester scan | head`); that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runProgram(harvesterProgram(), process.argv.slice(2));
