import { type ValueOf, orNull, text, uuid } from '../shape.js';

const shape = {
  childWorkflowId: uuid,
  kind: text,
  status: orNull(text),
  error: orNull(text),
};

/** A child as its parent sees it. */
export const ChildWorkflowSnapshot = shape;
export type ChildWorkflowSnapshot = ValueOf<typeof ChildWorkflowSnapshot>;

/** A child that failed, or that could not be cancelled: `error` says why. */
export const ChildWorkflowFailedSnapshot = { ...shape, error: text };
export type ChildWorkflowFailedSnapshot = ValueOf<typeof ChildWorkflowFailedSnapshot>;
