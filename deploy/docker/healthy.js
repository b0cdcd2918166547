/** Ends with 0 when the address answers that all is well; otherwise it says what is wrong. For the health check of the images. */
const [address] = process.argv.slice(2);
try {
  const answer = await fetch(address, { signal: AbortSignal.timeout(4_000), redirect: 'manual' });
  // What stands in it is what `docker inspect` shows of the check.
  console.log(answer.status, (await answer.text()).slice(0, 200));
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.log(error.cause?.message ?? error.message);
  process.exitCode = 1;
}
