/** A program for runtime.test.ts: says how it was started, waits for a signal, ends with 7. */
const waiting = setInterval(() => {}, 60_000);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    console.log(signal);
    clearInterval(waiting);
    process.exitCode = 7;
  });
}
console.log(
  JSON.stringify({
    version: process.version,
    args: process.argv.slice(2),
    pid: process.pid,
    main: import.meta.main,
    flags: process.execArgv,
  }),
);
