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

/** Whether workflow code is running out right now: nothing else of this turn of the event loop is left to come. */
export function isDraining(): boolean {
  return waiting.length > 0;
}

function release(): void {
  const released = waiting;
  waiting = [];
  for (const resolve of released) resolve();
}
