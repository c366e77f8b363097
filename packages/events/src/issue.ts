/** What is wrong, and where. Never the value itself, so that it can be logged. */
export interface Issue {
  /** Place in the payload, such as `data.waitingOn.0.type`; empty for the whole. */
  readonly path: string;
  /**
   * Kind of fault. The last three are faults of writing alone: a reader leaves out a key it does not know and reads a
   * word it does not know as `UNRECOGNIZED`.
   */
  readonly code: 'missing' | 'wrong_type' | 'wrong_value' | 'unknown_event' | 'unknown_key' | 'unrecognized_word';
}
