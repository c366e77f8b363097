import { type StateEventName, historyToStream } from '@flovyn/events';
import type { PeoplesDoor } from '../play/rest.js';
import { type Reading, entriesOf } from '../play/heard.js';
import { type Finding, finding, listOf } from './finding.js';

/** The state events that have a fact are the facts, in their order. */
export async function historyFindings(reading: Reading, id: string, people: PeoplesDoor): Promise<Finding[]> {
  const { events } = await people.ask('GET', `/workflow-executions/${id}/events`);
  const wanted = (events as { readonly eventType: string }[]).flatMap(({ eventType }) => {
    const name = Object.hasOwn(historyToStream, eventType)
      ? historyToStream[eventType as keyof typeof historyToStream]
      : null;
    return name === null ? [] : [name];
  });
  const seen = entriesOf(reading).flatMap(({ said }) => {
    const { event } = said.frame;
    return event.type === 'Event' && hasFact(event) ? [event.event] : [];
  });
  if (listOf(wanted) === listOf(seen)) return [];
  return [finding(reading, `as in the history: ${listOf(wanted)}`, listOf(seen))];
}

const WITHOUT_FACT: readonly StateEventName[] = ['WORKFLOW_STARTED', 'WORKFLOW_RESUMED', 'TASK_STARTED'];

/** An attempt that will be followed by another has no fact of its own either. */
function hasFact({ event, data }: { readonly event: StateEventName; readonly data: object }): boolean {
  if (WITHOUT_FACT.includes(event)) return false;
  return !(event === 'TASK_FAILED' && 'status' in data && data.status === 'PENDING');
}

/** What REST says it answers for is where the stream ended. */
export async function asOfFindings(reading: Reading, path: string, people: PeoplesDoor): Promise<Finding[]> {
  const { asOf } = await people.ask('GET', path);
  const last = entriesOf(reading).at(-1)?.id;
  return asOf === last ? [] : [finding(reading, `asOf ${last}`, `asOf ${String(asOf)}`)];
}
