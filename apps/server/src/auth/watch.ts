import type { Clock } from '@flovyn/engine';
import { type Known, renewed } from './authenticator.js';

/** 30 s: how long an answer of somebody else about a credential is trusted. */
export const TRUSTED_MS = 30_000;
/** 25 s: together with the time that answers are trusted, what was taken back closes within a minute (R33). */
const LOOK_MS = 25_000;
/** 5 s: how soon it is asked again when nobody could say. */
const AGAIN_MS = 5_000;

/**
 * Looks after the credential that something long was opened with: calls `over` once when the credential has ended, was taken
 * back, or stands for another organisation; also when nobody could say for {@link TRUSTED_MS}. Returns how to stop looking.
 * Costs nothing for a credential that cannot end.
 */
export function watch(known: Known, clock: Clock, over: () => void): () => void {
  const { until } = known;
  if (until === undefined && known.again === undefined) return () => undefined;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  let sureAt = clock.now();

  const look = async (): Promise<void> => {
    const isGood = await isStillGood();
    if (isOver) return;
    if (isGood === true) sureAt = clock.now();
    if (isGood === false || clock.now() - sureAt >= TRUSTED_MS) {
      isOver = true;
      over();
    } else lookIn(isGood === undefined ? AGAIN_MS : LOOK_MS);
  };
  /** `undefined` when nobody can say. */
  const isStillGood = async (): Promise<boolean | undefined> => {
    try {
      return (await renewed(known, clock))?.principal.orgId === known.principal.orgId;
    } catch {
      return undefined;
    }
  };
  const lookIn = (ms: number): void => {
    const left = until === undefined ? ms : Math.max(0, until - clock.now());
    timer = setTimeout(() => void look(), Math.min(ms, left));
    timer.unref();
  };

  lookIn(LOOK_MS);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
