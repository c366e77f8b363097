import { status } from '@grpc/grpc-js';
import { StreamEventType } from '@flovyn/protocol/grpc';
import type { StreamEvent } from '@flovyn/events';
import { toBytes } from '../../wire/json-bytes.js';
import type { CallerStep, ReaderStep, Step, WorkerStep } from '../vocabulary.js';
import { commandsOf, statusOf } from './commands.js';
import type { Stage } from './stage.js';

/** Does one step of a case. @throws {Error} when it cannot be done before the limit. */
export async function act(step: Step, stage: Stage, limit: AbortSignal): Promise<void> {
  switch (step.do) {
    case 'start-workflow':
    case 'start-task':
    case 'signal':
    case 'cancel':
    case 'retry':
    case 'settle-promise':
      return ask(step, stage);
    case 'turn':
    case 'take':
    case 'say':
    case 'report':
    case 'complete':
    case 'fail':
      return work(step, stage, limit);
    default:
      return read(step, stage, limit);
  }
}

async function ask(step: CallerStep, { cast, people, caller }: Stage): Promise<void> {
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

async function work(step: WorkerStep, stage: Stage, limit: AbortSignal): Promise<void> {
  const { cast, caller } = stage;
  const worker = await stage.worker();

  switch (step.do) {
    case 'turn': {
      const id = cast.idOf(step.of);
      await worker.takeTurn(id, limit);
      return worker.submit(id, commandsOf(step.commands, step.then, step.reason, cast), statusOf(step.then));
    }
    case 'take':
      await worker.takeAttempt(cast.kindOf(step.task), limit);
      return;
    case 'say':
      for (const event of step.events) {
        const said = sayEvent(event, step.task, stage, limit);
        await (step.mayBeRefused ? said.catch(throwUnlessRefused) : said);
      }
      return;
    case 'report': {
      const { progress, details } = step;
      await caller.reportProgress({ taskExecutionId: cast.idOf(step.task), progress, details });
      return;
    }
    case 'complete':
      await caller.completeTask({ taskExecutionId: cast.idOf(step.task), output: toBytes('done') });
      return;
    case 'fail':
      await caller.failTask({ taskExecutionId: cast.idOf(step.task), error: step.error });
  }
}

async function sayEvent(event: StreamEvent, task: string, stage: Stage, signal: AbortSignal): Promise<void> {
  const { cast, caller } = stage;
  const type = StreamEventType[event.type.toUpperCase() as Uppercase<StreamEvent['type']>];
  const message = { taskExecutionId: cast.idOf(task), type, payload: JSON.stringify(event), timestampMs: Date.now() };
  const { acknowledged } = await caller.streamTaskData(message, { signal });
  if (!acknowledged) throw new Error(`${event.type} of ${task} was not acknowledged`);
}

/** How a server may say that it does not take this, or not any more. */
const REFUSALS: readonly unknown[] = [
  status.FAILED_PRECONDITION,
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.ABORTED,
];

function throwUnlessRefused(error: unknown): void {
  if (!REFUSALS.includes((error as { readonly code?: unknown }).code)) throw error;
}

async function read(step: ReaderStep, stage: Stage, limit: AbortSignal): Promise<void> {
  switch (step.do) {
    case 'open':
      return stage.newReader(step.reader, step).connect(limit);
    case 'read-in-pieces': {
      const reader = stage.newReader(step.reader, step);
      do await reader.connect(limit, { entries: step.every });
      while (!hasEnded(reader));
      return;
    }
    case 'resume':
      return stage.reader(step.reader).connect(limit, { entries: step.entries });
    case 'await':
      return stage.reader(step.reader).has(step.entries, limit);
    case 'await-signs-of-life':
      return stage.reader(step.reader).hearsLife(step.count, limit);
    case 'drain':
      return stage.reader(step.reader).drain(limit);
    default:
      stage.reader(step.reader)[step.do]();
  }
}

/** A reader leaves after the last piece without having heard of the end; then the next answer says so. */
function hasEnded({ connections }: ReturnType<Stage['reader']>): boolean {
  const last = connections.at(-1);
  return last === undefined || last.status !== 200 || last.heard.at(-1)?.name === 'end' || last.heard.length === 0;
}
