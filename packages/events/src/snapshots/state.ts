import { type ValueOf, orNull, text } from '../shape.js';

/** One key of a workflow's state; `value` is JSON text. */
export const StateSnapshot = { key: text, value: orNull(text) };
export type StateSnapshot = ValueOf<typeof StateSnapshot>;

/** One key of a workflow's state that was given a value. */
export const StateSetSnapshot = { key: text, value: text };
export type StateSetSnapshot = ValueOf<typeof StateSetSnapshot>;
