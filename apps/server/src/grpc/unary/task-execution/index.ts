import type { TaskExecutionServer } from '@flovyn/protocol/grpc';
import type { Carrier } from '../call.js';
import type { UnaryHouse } from '../parts.js';
import { attemptHandlers } from './attempts.js';
import { keptStateHandlers } from './kept-state.js';
import { outputHandlers } from './output.js';
import { submitHandlers } from './submit.js';

/** Starting tasks and working on them. */
export function taskExecution(house: UnaryHouse, carry: Carrier): TaskExecutionServer {
  const submit = submitHandlers(house);
  const attempts = attemptHandlers(house);
  const output = outputHandlers(house);
  const kept = keptStateHandlers(house);
  return {
    submitTask: carry(submit.submitTask),
    cancelTask: carry(submit.cancelTask),
    pollTask: carry(attempts.pollTask),
    completeTask: carry(attempts.completeTask),
    failTask: carry(attempts.failTask),
    heartbeat: carry(attempts.heartbeat),
    logMessage: carry(attempts.logMessage),
    reportProgress: carry(output.reportProgress),
    streamTaskData: carry(output.streamTaskData),
    getState: carry(kept.getState),
    setState: carry(kept.setState),
    clearState: carry(kept.clearState),
    clearAllState: carry(kept.clearAllState),
    getStateKeys: carry(kept.getStateKeys),
  };
}
