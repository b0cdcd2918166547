const works = new Set<() => void>();
let listens = false;

/**
 * Does something when this process ends, however it ends but for kill -9: one listener for all, so that Node's warning of a leak
 * is about one. Answers what calls it off.
 */
export function atExit(work: () => void): () => void {
  if (!listens) process.once('exit', doAll);
  listens = true;
  works.add(work);
  return () => works.delete(work);
}

/** The newest first: what was made in something goes before it. */
function doAll(): void {
  for (const work of [...works].reverse()) {
    try {
      work();
    } catch (error) {
      // The others must still have their turn.
      console.error(error);
    }
  }
}
