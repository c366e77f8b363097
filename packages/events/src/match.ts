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

/** Forbids keys that are not among `Allowed`, which a misspelt handler would be. */
type NoOthers<Given, Allowed extends PropertyKey> = {
  readonly [Key in keyof Given]: Key extends Allowed ? unknown : never;
};

type ResultOf<Given> = {
  [Key in keyof Given]: Given[Key] extends (event: never) => infer Result ? Result : never;
}[keyof Given];

/**
 * Calls the handler of the event's kind. There must be one for every kind that `event` can be, so that a new event does
 * not compile before someone has decided what it means here.
 *
 * @example
 *   import { type StreamEvent, match } from '@flovyn/events';
 *
 *   export function labelOf(event: StreamEvent): string {
 *     return match(event, {
 *       token: ({ text }) => text,
 *       progress: ({ progress }) => `${progress * 100} %`,
 *       data: () => 'data',
 *       error: ({ message }) => message,
 *     });
 *   }
 */
export function match<Event extends FlovynEvent, Given extends Handlers<Event, unknown>>(
  event: Event,
  handlers: Given & NoOthers<Given, EventKey<Event>>,
): ResultOf<Given> {
  return call<ResultOf<Given>>(handlers[keyOf(event) as EventKey<Event>], event);
}

/**
 * Like {@link match} for views that care about a few kinds; all the others go to `otherwise`.
 *
 * @example
 *   import { type FlovynEvent, matchPartial } from '@flovyn/events';
 *
 *   export function errorOf(event: FlovynEvent): string | undefined {
 *     return matchPartial(event, { TASK_FAILED: ({ data }) => data.error }, () => undefined);
 *   }
 */
export function matchPartial<Event extends FlovynEvent, Given extends Partial<Handlers<Event, unknown>>, Rest>(
  event: Event,
  handlers: Given & NoOthers<Given, EventKey<Event>>,
  otherwise: (event: Event) => Rest,
): ResultOf<Given> | Rest {
  const handler = handlers[keyOf(event) as EventKey<Event>];
  return handler === undefined ? otherwise(event) : call<ResultOf<Given>>(handler, event);
}

/** Like {@link match}, by what the event is about: `workflow`, `task`, `timer` and so on, and `stream` for output. */
export function byEntity<Event extends FlovynEvent, Given extends EntityHandlers<Event, unknown>>(
  event: Event,
  handlers: Given & NoOthers<Given, EntityKey<Event>>,
): ResultOf<Given> {
  const key = event.type === 'Event' ? entityOf(event) : 'stream';
  return call<ResultOf<Given>>(handlers[key as EntityKey<Event>], event);
}

/** What a state event is about. */
export function entityOf(event: StateEventPayload): StateEventEntity {
  return stateEventEntity[event.event];
}

function keyOf(event: FlovynEvent): string {
  return event.type === 'Event' ? event.event : event.type;
}

/** The handler was found by the event's own key, so it takes this event, which the compiler cannot see. */
function call<Result>(handler: (event: never) => unknown, event: FlovynEvent): Result {
  return handler(event as never) as Result;
}
