import type { Clock } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import type { Principal } from './principal.js';

/** Who a credential stands for, and what ends that. */
export interface Known {
  readonly principal: Principal;
  /** Epoch milliseconds at which the credential ends by itself, if it does. */
  readonly until?: number | undefined;
  /**
   * Asks anew who this is: `undefined` when the credential is nobody's any more. Absent where nothing but a restart takes it
   * back.
   *
   * @throws {ServiceError} UNAVAILABLE when nobody can say.
   */
  readonly again?: (() => Answer) | undefined;
}

export type Answer = Known | undefined | Promise<Known | undefined>;

/**
 * One way to recognise a caller by what stands behind `Bearer`. `undefined`: not by this one. Answers at once where it can:
 * a key of the configuration costs no turn of the event loop.
 *
 * @throws {ServiceError} UNAVAILABLE when it cannot say at the moment, UNAUTHENTICATED or PERMISSION_DENIED with the reason
 * when the credential is genuine and opens nothing all the same. May throw as well as reject.
 */
export type Recognise = (credential: string) => Answer;

/**
 * Asks one after another, until one knows the caller. One that cannot say hides nobody from the next; but when nobody knows
 * the caller, it is the answer: whoever may be somebody is not told to be nobody.
 */
export function inOrder(all: readonly Recognise[]): Recognise {
  const ask = (credential: string, from: number, trouble: unknown): Answer => {
    for (let index = from; index < all.length; index++) {
      try {
        const answer = all[index]?.(credential);
        if (answer instanceof Promise) {
          return answer.then(
            (known) => known ?? ask(credential, index + 1, trouble),
            (error: unknown) => ask(credential, index + 1, graver(trouble, error)),
          );
        }
        if (answer !== undefined) return answer;
      } catch (error: unknown) {
        trouble = graver(trouble, error);
      }
    }
    if (trouble !== undefined) throw trouble;
    return undefined;
  };
  return (credential) => ask(credential, 0, undefined);
}

/**
 * Who a credential stands for by now; `undefined` when it is nobody's any more.
 *
 * @throws {ServiceError} UNAVAILABLE when nobody can say.
 */
export async function renewed(known: Known, clock: Clock): Promise<Known | undefined> {
  if (known.until !== undefined && clock.now() >= known.until) return undefined;
  if (known.again === undefined) return known;
  try {
    return await known.again();
  } catch (error: unknown) {
    const { code } = ServiceError.from(error);
    if (code === 'UNAUTHENTICATED' || code === 'PERMISSION_DENIED') return undefined;
    throw error;
  }
}

/** A refusal with a reason says more than none; not knowing goes before it, because the caller should ask again. */
function graver(one: unknown, other: unknown): unknown {
  if (one === undefined) return other;
  return ServiceError.from(one).retryable || !ServiceError.from(other).retryable ? one : other;
}
