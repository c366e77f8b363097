import { status } from '@grpc/grpc-js';
import { StreamEventType } from '@flovyn/protocol/grpc';
import type { StreamEvent } from '@flovyn/events';
import { toBytes } from '../../wire/json-bytes.js';
import type { WorkerStep } from '../vocabulary.js';
import { commandsOf, statusOf } from './commands.js';
import type { Stage } from './stage.js';

/** Does what a worker does that makes single calls. */
export async function work(step: WorkerStep, stage: Stage, limit: AbortSignal): Promise<void> {
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
