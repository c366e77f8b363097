import { stateEventEntity } from './names.js';
import type { FlovynEvent } from './types.js';

/**
 * The dotted lower-case name of an event, as organisation-wide subscriptions use it: `task.failed`,
 * `child_workflow.started`, `state.set`; a stream event is `task.` and its type.
 */
export function lifecycleName(event: FlovynEvent): string {
  if (event.type !== 'Event') return `task.${event.type}`;
  const entity = stateEventEntity[event.event].replace(/[A-Z]/, '_$&').toLowerCase();
  return `${entity}.${event.event.slice(entity.length + 1).toLowerCase()}`;
}
