import { runProgram } from './cli/program.ts';
import { versionLine } from './version.ts';

// Whoever reads our output may stop reading (`classcord history '#dev' | head`); that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const code = await runProgram(process.argv.slice(2), process.env, versionLine);
// What was printed goes out first; nothing else that is still open keeps the program.
for (const stream of [process.stdout, process.stderr]) await new Promise<unknown>(done => stream.write('', done));
process.exit(code);
