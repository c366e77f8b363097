import { checkCaptures } from './captures.js';
import { checkClaims } from './claims.js';
import { checkEffects, checkOnce } from './effects.js';
import type { Evidence, Violation } from './evidence.js';
import { checkExtent } from './extent.js';
import { checkLifecycles } from './lifecycles.js';
import { checkNews } from './news.js';
import { checkNumbers } from './numbers.js';
import { checkOutput } from './output.js';
import { checkQuiet } from './quiet.js';
import { checkResults } from './results.js';
import { checkTenants } from './tenants.js';
import { checkTimers } from './timers.js';

/** Every check, by its number. */
export const CHECKS: Readonly<Record<string, (evidence: Evidence) => Violation[]>> = {
  C1: checkNumbers,
  C2: checkLifecycles,
  C3: checkEffects,
  C4: checkClaims,
  C5: checkNews,
  C6: checkCaptures,
  C7: checkOutput,
  C8: checkOnce,
  C9: checkQuiet,
  C10: checkResults,
  C11: checkTenants,
  C12: checkTimers,
  C13: checkExtent,
};

/** Everything that is wrong with what a run has left behind. */
export function check(evidence: Evidence): Violation[] {
  return Object.values(CHECKS).flatMap((one) => one(evidence));
}
