import { toBytes } from '../../wire/json-bytes.js';
import type { CallerStep } from '../vocabulary.js';
import type { Stage } from './stage.js';

/** Asks the server for something, as its callers do. */
export async function ask(step: CallerStep, { cast, people, caller }: Stage): Promise<void> {
  const addressOf = (name: string): string =>
    `/${cast.isTask(name) ? 'task' : 'workflow'}-executions/${cast.idOf(name)}`;
  const start = async (path: string, name: string, more: object): Promise<void> => {
    const made = await people.ask('POST', path, { kind: cast.kindOf(name), queue: cast.queue, input: {}, ...more });
    cast.setId(name, String(made['id']));
  };

  switch (step.do) {
    case 'start-workflow':
      return start('/workflow-executions', step.name, {});
    case 'start-task':
      return start('/task-executions', step.name, { maxRetries: step.maxRetries });
    case 'signal':
      await people.ask('POST', `${addressOf(step.to)}/signal`, { signalName: 'word', signalValue: 'go on' });
      return;
    case 'cancel':
      await people.ask('POST', `${addressOf(step.what)}/cancel`, { reason: 'enough' });
      return;
    case 'retry':
      await people.ask('POST', `${addressOf(step.what)}/retry`, {});
      return;
    case 'settle-promise': {
      const promiseId = await promiseIdOf(step.of, step.name, { cast, caller });
      if (step.how === 'resolve') await caller.resolvePromise({ promiseId, value: toBytes('yes') });
      else await caller.rejectPromise({ promiseId, error: 'no' });
    }
  }
}

/** A promise is known by its name in the code, and by an id to those who settle it: the history has both. */
async function promiseIdOf(
  of: string,
  name: string,
  { cast, caller }: Pick<Stage, 'cast' | 'caller'>,
): Promise<string> {
  const { events } = await caller.getEvents({ workflowExecutionId: cast.idOf(of) });
  for (const { eventType, eventData } of events) {
    if (eventType !== 'PROMISE_CREATED') continue;
    const data = JSON.parse(Buffer.from(eventData).toString()) as { promiseName: string; promiseId: string };
    if (data.promiseName === name) return data.promiseId;
  }
  throw new Error(`the history of ${of} has no promise ${name}`);
}
