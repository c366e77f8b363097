import type { AttemptEnd, HandOver, Turn } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import type { Claim } from '../claims.js';

export type Activation = Extract<HandOver, { type: 'activation' }>;
export type Assignment = Extract<HandOver, { type: 'task' }>;

/** How an attempt ended, as its worker says it. */
export type Ending =
  | { readonly type: 'completed'; readonly end: AttemptEnd & { readonly output: Json } }
  | {
      readonly type: 'failed';
      readonly end: AttemptEnd & { readonly error: string; readonly retryable: boolean; readonly cancelled: boolean };
    };

/** A turn that a worker was given. */
export interface HeldTurn {
  readonly given: Activation;
  readonly claim: Claim;
  /** What it has sent, and has no answer to. */
  sent?: Turn;
}

/** An attempt that a worker was given. */
export interface HeldAttempt {
  readonly given: Assignment;
  readonly claim: Claim;
  /** How many entries of it are stored, as far as its worker knows. */
  entries: number;
  /** What it has sent, and has no answer to. */
  sent?: Ending;
  /** The turn that it has sent together with its end, before it knew of any answer. */
  guess?: Turn;
}

export type Held = HeldTurn | HeldAttempt;

export function isTurn(held: Held): held is HeldTurn {
  return held.given.type === 'activation';
}

export function isAttempt(held: Held): held is HeldAttempt {
  return held.given.type === 'task';
}
