import { task, workflow } from '@flovyn/sdk';

/** The least a task can do: what is measured is everything around it. */
export const echo = task({
  name: 'bench-echo',
  run: (_ctx, input: number): Promise<number> => Promise.resolve(input),
});

/** One task, and its result as the workflow's own. */
export const oneTask = workflow({
  name: 'bench-one-task',
  run: (ctx, input: number): Promise<number> => ctx.schedule(echo, input).result(),
});

/** Where the steps of a fresh sequence begin that goes by turns with a long one: that is how its tasks are known. */
export const FRESH = 1_000_000;

/** One task after another. */
export const sequence = workflow({
  name: 'bench-sequence',
  async run(ctx, { steps, from = 0 }: { readonly steps: number; readonly from?: number }): Promise<number> {
    let last = from;
    for (let step = from + 1; step <= from + steps; step += 1) last = await ctx.schedule(echo, step).result();
    return last;
  },
});

/** Sleeps until an instant, and says when it went on. */
export const sleeper = workflow({
  name: 'bench-sleeper',
  async run(ctx, { until }: { readonly until: number }): Promise<number> {
    await ctx.sleepUntil(new Date(until));
    return Date.now();
  },
});

/** How a task speaks, until it is told to stop. */
export interface Speech {
  /** Tokens at even intervals; 0 speaks as fast as whoever listens takes them. */
  readonly perSecond: number;
}

/** Tokens spoken in one turn of the event loop by who speaks as fast as possible. */
const BURST = 20;
/** Who has little to say looks so often whether it is to stop. */
const LONGEST_PAUSE_MS = 100;
/** A speech that nobody ends was forgotten. */
const LONGEST_SPEECH_MS = 600_000;

/** Ends every token, so that tokens joined on their way are still counted one by one. */
export const tokenEnd = '|';
/** Until the year 2286 the time of a token has 13 digits before its point, and always three after it. */
const TIME_LENGTH = 17;

/** Milliseconds on a clock that all processes of this machine share. */
export function sharedNow(): number {
  return performance.timeOrigin + performance.now();
}

/** When the token was spoken that ends at this place of a text. */
export function tokenTime(text: string, end: number): number {
  return Number(text.slice(end - TIME_LENGTH, end));
}

/** Speaks, and resolves to how many tokens there were. `isLast` marks the last one before others may do something. */
export async function speakInto(
  { perSecond }: Speech,
  isOver: () => boolean,
  say: (token: string, isLast: boolean) => Promise<void> | void,
): Promise<number> {
  const begun = performance.now();
  let spoken = 0;
  for (;;) {
    const elapsed = performance.now() - begun;
    if (isOver() || elapsed >= LONGEST_SPEECH_MS) return spoken;
    const due = perSecond === 0 ? spoken + BURST : Math.floor((elapsed * perSecond) / 1_000) + 1;
    while (spoken < due) {
      spoken += 1;
      // Most listeners take a token at once; a promise for each of them would be what is measured.
      const taken = say(`${sharedNow().toFixed(3)}${tokenEnd}`, spoken === due);
      if (taken !== undefined) await taken;
    }
    const nextAt = perSecond === 0 ? 0 : (spoken * 1_000) / perSecond;
    await pause(Math.min(LONGEST_PAUSE_MS, nextAt - (performance.now() - begun)));
  }
}

export const speak = task({
  name: 'bench-speak',
  usesStreaming: true,
  run: (ctx, speech: Speech): Promise<number> =>
    speakInto(
      speech,
      () => ctx.isCancelled,
      (token) => ctx.streamToken(token),
    ),
});

/** Speaks once. */
export const speech = workflow({
  name: 'bench-speech',
  run: (ctx, input: Speech): Promise<number> => ctx.schedule(speak, input).result(),
});

/** How much a long story is. */
export interface Story {
  readonly tasks: number;
  /** Of each task. */
  readonly entries: number;
}

/** So many entries in one turn of the event loop, so that the worker's queue never has to give any up. */
const PARAGRAPH = 100;
const PARAGRAPH_MS = 50;

/** Data, because neighbouring tokens would be joined on their way. */
export const tell = task({
  name: 'bench-tell',
  usesStreaming: true,
  async run(ctx, entries: number): Promise<number> {
    for (let told = 0; told < entries; told += 1) {
      ctx.streamData({ told });
      if (told % PARAGRAPH === PARAGRAPH - 1) await pause(PARAGRAPH_MS);
    }
    return entries;
  },
});

/** A stream of many entries, made by tasks side by side, since each may stream only so much per second. */
export const story = workflow({
  name: 'bench-story',
  async run(ctx, { tasks, entries }: Story): Promise<number> {
    const told = Array.from({ length: tasks }, () => ctx.schedule(tell, entries).result());
    return (await Promise.all(told)).reduce((sum, count) => sum + count, 0);
  },
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => (ms <= 0 ? setImmediate(resolve) : setTimeout(resolve, ms)));
}
