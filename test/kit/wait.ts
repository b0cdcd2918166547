/** What `promise` brings; an error that names what was awaited when it does not come in time. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${what}: not within ${ms} ms`)), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when `holds` does; it is asked again whenever `subscribe` calls back. */
export async function until(
  what: string,
  subscribe: (listener: () => void) => () => void,
  holds: () => boolean,
  ms = 20_000,
): Promise<void> {
  const reached = Promise.withResolvers<void>();
  const look = () => {
    if (holds()) reached.resolve();
  };
  const end = subscribe(look);
  look();
  try {
    await within(ms, what, reached.promise);
  } finally {
    end();
  }
}
