import type { Followed } from './shared-stream.js';

/** Runs `flush` once, when it is time to show something new; the function it returns prevents that. */
export type Paint = (flush: () => void, view: Followed) => () => void;

/** A replay of thousands of entries must not play like a film. */
const CATCHING_UP_MS = 500;

/** Hidden pages get no animation frames; their title and their caches still want to be right. */
const HIDDEN_MS = 250;

/** Once per animation frame; rarer while catching up, and by a timer when no frame comes because the page is hidden. */
export const schedulePaint: Paint = (flush, { asOf, freshness }) => {
  const isReplaying = asOf !== undefined && freshness === 'catching-up';
  const frame = isReplaying ? undefined : requestAnimationFrame(run);
  const timer = setTimeout(run, isReplaying ? CATCHING_UP_MS : HIDDEN_MS);

  function cancel(): void {
    clearTimeout(timer);
    if (frame !== undefined) cancelAnimationFrame(frame);
  }

  function run(): void {
    cancel();
    flush();
  }

  return cancel;
};
