/**
 * Loaded into a program that runtime.js started: when its parent is gone (kill -9 too), the program is asked to stop.
 * The channel between the two closes by itself when the parent's process ends; nothing is ever sent on it.
 */
if (process.env.AERIE_LEASH && process.channel) {
  // Once: programs that this one starts have other parents and other channels.
  delete process.env.AERIE_LEASH;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}
