import { cancellationEvents } from './cancellation.js';
import { childWorkflowEvents } from './child-workflow.js';
import { operationEvents } from './operation.js';
import { promiseEvents } from './promise.js';
import { retryEvents } from './retry.js';
import { stateKeyEvents } from './state.js';
import { taskEvents } from './task.js';
import { timerEvents } from './timer.js';
import { workflowEvents } from './workflow.js';

export { streamEvents } from './stream.js';

/** Every state event: the one registry all else is derived from. */
export const stateEvents = {
  ...workflowEvents,
  ...taskEvents,
  ...timerEvents,
  ...promiseEvents,
  ...childWorkflowEvents,
  ...operationEvents,
  ...cancellationEvents,
  ...stateKeyEvents,
  ...retryEvents,
};
