const PATIENCE_MS = 60_000;

/** Waits until something is true, looking after every turn of the event loop. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const start = Date.now();
  while (!condition()) {
    if (Date.now() - start > PATIENCE_MS) throw new Error(`Waited ${PATIENCE_MS} ms in vain for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
