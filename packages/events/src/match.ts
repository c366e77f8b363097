import { type StateEventEntity, stateEventEntity } from './names.js';
import type { FlovynEvent, StateEventName, StateEventPayload } from './types.js';

/** The word an event is matched by: a state event's name, a stream event's type. */
export type EventKey<Event extends FlovynEvent = FlovynEvent> = Event extends { type: 'Event'; event: infer Name }
  ? Name & StateEventName
  : Event['type'] & string;

type EventOf<Event extends FlovynEvent, Key> = Extract<Event, { event: Key }> | Extract<Event, { type: Key }>;

/** One handler for every kind of event that `Event` can be. */
export type Handlers<Event extends FlovynEvent, Result> = {
  readonly [Key in EventKey<Event>]: (event: EventOf<Event, Key>) => Result;
};

/** The thing an event is about; stream events are about none and go by `stream`. */
export type EntityKey<Event extends FlovynEvent = FlovynEvent> = Event extends { event: infer Name }
  ? (typeof stateEventEntity)[Name & StateEventName]
  : 'stream';

type EntityEventOf<Event extends FlovynEvent, Key> = Event extends FlovynEvent
  ? EntityKey<Event> extends Key
    ? Event
    : never
  : never;

/** One handler for every entity that `Event` can be about. */
export type EntityHandlers<Event extends FlovynEvent, Result> = {
  readonly [Key in EntityKey<Event>]: (event: EntityEventOf<Event, Key>) => Result;
};

/**
 * Calls the handler of the event's kind. There must be one for every kind that `event` can be, so that a new event does
 * not compile before someone has decided what it means here.
 *
 * @example
 *   const label = match(event, { TASK_CREATED: ({ data }) => `task ${data.kind}`, ... });
 */
export function match<Event extends FlovynEvent, Result>(event: Event, handlers: Handlers<Event, Result>): Result {
  return call(handlers[keyOf(event) as EventKey<Event>], event);
}

/** Like {@link match} for views that care about a few kinds; all the others go to `otherwise`. */
export function matchPartial<Event extends FlovynEvent, Result>(
  event: Event,
  handlers: Partial<Handlers<Event, Result>>,
  otherwise: (event: Event) => Result,
): Result {
  const handler = handlers[keyOf(event) as EventKey<Event>];
  return handler === undefined ? otherwise(event) : call(handler, event);
}

/** Like {@link match}, by what the event is about: `workflow`, `task`, `timer` and so on, and `stream` for output. */
export function byEntity<Event extends FlovynEvent, Result>(
  event: Event,
  handlers: EntityHandlers<Event, Result>,
): Result {
  const key = event.type === 'Event' ? entityOf(event) : 'stream';
  return call(handlers[key as EntityKey<Event>], event);
}

/** What a state event is about. */
export function entityOf(event: StateEventPayload): StateEventEntity {
  return stateEventEntity[event.event];
}

function keyOf(event: FlovynEvent): string {
  return event.type === 'Event' ? event.event : event.type;
}

/** The handler was found by the event's own key, so it takes this event; the compiler cannot see that connection. */
function call<Result>(handler: (event: never) => Result, event: FlovynEvent): Result {
  return handler(event as never);
}
