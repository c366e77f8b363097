/** 15 s: longer than any promise of the wire but the timeouts that a case asks for itself. */
const LIMIT_MS = 15_000;

/** Waits until `look` gives something, and gives it. For conditions, never for durations. */
export async function eventually<Value>(
  what: string,
  look: () => Promise<Value | undefined | false>,
  limitMs = LIMIT_MS,
): Promise<Value> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`Waited ${limitMs} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Waits until the clock shows another millisecond, so that what is made next is younger than what was made before. */
export async function nextMillisecond(): Promise<void> {
  const before = Date.now();
  await eventually('the next millisecond', async () => Date.now() > before + 1);
}
