/** What decides how a property is tried; given to `fc.assert`. */
export interface PropertySettings {
  readonly numRuns: number;
  readonly seed?: number;
  readonly path?: string;
}

const { FLOVYN_TEST_RUNS: times = '1', FLOVYN_TEST_SEED: seed, FLOVYN_TEST_PATH: path } = process.env;

/** How many times as long as usual properties are tried. */
export const propertyTimes = Number(times);
/** Whether one case is tried that was printed before, and no other. */
export const isRepeated = path !== undefined;

/**
 * Another seed each time, and so many random cases; `FLOVYN_TEST_RUNS` times as many when that is set. A failure prints its
 * seed and path: `FLOVYN_TEST_SEED` and `FLOVYN_TEST_PATH` repeat it.
 */
export function propertySettings(runs: number): PropertySettings {
  return {
    numRuns: Math.ceil(runs * propertyTimes),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...(path === undefined ? {} : { path }),
  };
}
