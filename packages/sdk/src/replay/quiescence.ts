let waiting: (() => void)[] = [];

/**
 * Resolves when all microtasks there are have run out, so that workflow code has gone as far as it can. Everybody who
 * asks in one turn of the event loop shares one `setImmediate`.
 */
export function drained(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(release);
  });
}

function release(): void {
  const released = waiting;
  waiting = [];
  for (const resolve of released) resolve();
}
