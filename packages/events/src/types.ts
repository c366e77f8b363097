import type { Unrecognized } from './enums.js';
import type { stateEvents } from './registry/index.js';
import type { DataEvent, ErrorEvent, ProgressEvent, TokenEvent } from './registry/stream.js';
import type { ValueOf } from './shape.js';

type Registry = typeof stateEvents;

/** The name of a state event: news that something changed. */
export type StateEventName = keyof Registry;

/** The payload shape of one state event, as readers get it. */
export type StateEventData<Name extends StateEventName = StateEventName> = {
  [N in Name]: ValueOf<Registry[N]['data']>;
}[Name];

/**
 * A state event, exactly as it is on the wire; narrowed by its name. A word newer than this version of the contract
 * reads as `UNRECOGNIZED`.
 */
export type StateEventPayload<Name extends StateEventName = StateEventName> = {
  [N in Name]: { type: 'Event'; event: N; data: ValueOf<Registry[N]['data']>; timestampMs: number };
}[Name];

/** Live output of running code; not part of an execution's history. */
export type StreamEvent = TokenEvent | ProgressEvent | DataEvent | ErrorEvent;

/** Anything a stream can carry. */
export type FlovynEvent = StateEventPayload | StreamEvent;

/** The names of the events about one entity. */
export type StateEventNameOf<Entity extends Registry[StateEventName]['entity']> = {
  [N in StateEventName]: Registry[N]['entity'] extends Entity ? N : never;
}[StateEventName];

/** What a writer may write: the same without `UNRECOGNIZED`, which only reading makes. */
export type Written<T> = T extends Unrecognized
  ? never
  : T extends readonly (infer Item)[]
    ? Written<Item>[]
    : T extends object
      ? { [Key in keyof T]: Written<T[Key]> }
      : T;
