import type { Shape, ValueOf } from '../shape.js';
import type { Written } from '../types.js';

/** The things state events are about. */
export type StateEventEntity =
  | 'workflow'
  | 'task'
  | 'timer'
  | 'promise'
  | 'childWorkflow'
  | 'operation'
  | 'cancellation'
  | 'state'
  | 'retry';

/** All that is said about one state event. Everything else in the package follows from it. */
export interface StateEventDefinition<Data extends Shape = Shape> {
  /** What the event's `data` holds. */
  readonly data: Data;
  /** Version of the contract that brought the event. */
  readonly since: string;
  /** Whether nothing of this subject follows. `unless-pending`: only when the snapshot's status is not PENDING. */
  readonly terminal: boolean | 'unless-pending';
  /** Which entity the event is about, within its execution. */
  readonly subject: (data: ValueOf<Data>) => string;
  /** One or two sentences for people. */
  readonly doc: string;
  /** One valid payload: the first golden sample. */
  readonly sample: Written<ValueOf<Data>>;
  readonly deprecated?: { readonly since: string; readonly replacedBy: string; readonly removeIn: string };
}

type Entries<Shapes> = { readonly [Name in keyof Shapes]: StateEventDefinition<Shapes[Name] & Shape> };

/** An entity's events by name, each told which entity it belongs to. */
export function defineStateEvents<const Entity extends StateEventEntity, Shapes extends Record<string, Shape>>(
  entity: Entity,
  events: Entries<Shapes>,
): { readonly [Name in keyof Shapes]: StateEventDefinition<Shapes[Name]> & { readonly entity: Entity } } {
  const named = Object.entries(events).map(([name, event]) => [name, { ...event, entity }]);
  return Object.fromEntries(named) as ReturnType<typeof defineStateEvents<Entity, Shapes>>;
}
