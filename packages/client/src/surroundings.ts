/** What the world gives besides the network. Tests hand in their own. */
export interface Surroundings {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Runs `then` once after `delayMs`; the function it returns prevents that. */
  readonly after: (delayMs: number, then: () => void) => () => void;
  /** A number from 0 up to, but not, 1. */
  readonly chance: () => number;
}

/** The real clock, timers and chance. */
export const realSurroundings: Surroundings = {
  now: () => Date.now(),
  after: (delayMs, then) => {
    const timer = setTimeout(then, delayMs);
    return () => clearTimeout(timer);
  },
  chance: () => Math.random(),
};
