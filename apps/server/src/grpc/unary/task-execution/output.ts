import { ServiceError, parseUuid, toJson } from '@flovyn/protocol';
import type { TaskExecutionServer } from '@flovyn/protocol/grpc';
import { type CheckedOutput, checkOutput, holdToSchema } from '../../requests/task-output.js';
import type { Handlers } from '../call.js';
import type { UnaryHouse } from '../parts.js';
import { taskCall } from './attempts.js';

/** What an attempt says while it runs. It may arrive after the attempt's end, which is no mistake of anybody. */
export function outputHandlers({
  engine,
  clock,
  streamSchemas,
}: UnaryHouse): Handlers<TaskExecutionServer, 'reportProgress' | 'streamTaskData'> {
  return {
    async reportProgress(call) {
      const { progress, details } = call.request;
      if (!Number.isFinite(progress)) {
        throw new ServiceError('INVALID_ARGUMENT', `progress must be a number from 0 to 1, not ${progress}.`);
      }
      const event = { type: 'progress', progress, ...(details === '' ? undefined : { details }) };
      const now = clock.now();
      const output = accepted(checkOutput({ type: 'PROGRESS', payload: toJson(event), timestampMs: now }, now));
      await engine.unary.stream({ ...taskCall(call), output });
      return {};
    },

    async streamTaskData(call) {
      const { request } = call;
      const task = taskCall(call);
      // The task knows whose it is; but an id that is none is a mistake its caller should hear of.
      if (request.workflowExecutionId !== '') parseUuid(request.workflowExecutionId, 'workflow_execution_id');
      if (request.type === 'STREAM_EVENT_TYPE_UNSPECIFIED' || request.type === 'UNRECOGNIZED') {
        throw new ServiceError('INVALID_ARGUMENT', 'Invalid event type: it must be TOKEN, PROGRESS, DATA or ERROR.');
      }
      let checked = checkOutput(request, clock.now());
      if (checked.ok && checked.streamValue !== undefined) {
        checked = holdToSchema(checked, await streamSchemas.ofTask(task.orgId, task.taskId));
      }
      await engine.unary.stream({ ...task, output: accepted(checked) });
      return { acknowledged: true };
    },
  };
}

/** @throws {ServiceError} INVALID_ARGUMENT, PAYLOAD_TOO_LARGE */
function accepted(checked: CheckedOutput) {
  if (checked.ok) return checked.output;
  const code = checked.reason === 'too-large' ? 'PAYLOAD_TOO_LARGE' : 'INVALID_ARGUMENT';
  throw new ServiceError(code, `The payload is not taken: ${checked.message}.`);
}
