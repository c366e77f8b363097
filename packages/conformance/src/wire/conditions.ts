/** 15 s: longer than any promise of the wire but the timeouts that a case asks for itself. */
const LIMIT_MS = 60_000;

/** A look at once, the next ones ever later: what takes long is not made longer by those who wait for it. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 250;

/** Waits until `look` gives something, and gives it. For conditions, never for durations. */
export async function eventually<Value>(
  what: string,
  look: () => Promise<Value | undefined | false>,
  limitMs = LIMIT_MS,
): Promise<Value> {
  const deadline = performance.now() + limitMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`Waited ${limitMs} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Waits until the clock shows another millisecond, so that what is made next is younger than what was made before. */
export async function nextMillisecond(): Promise<void> {
  const before = Date.now();
  await eventually('the next millisecond', async () => Date.now() > before + 1);
}

/** Lets something go on while a case does something else, which may fail first. It is awaited later. */
export function meanwhile<Value>(work: Promise<Value>): Promise<Value> {
  work.catch(() => undefined);
  return work;
}
