import type { WorkflowDispatchServer } from '@flovyn/protocol/grpc';
import type { Carrier } from '../call.js';
import type { UnaryHouse } from '../parts.js';
import { messageHandlers } from './messages.js';
import type { Notifications } from './notifications.js';
import { pollHandlers } from './poll.js';
import { spanHandlers } from './spans.js';
import { startHandlers } from './starts.js';
import { turnHandlers } from './turns.js';

/** Starting workflows, working on them, and talking to them while they run. */
export function workflowDispatch(
  house: UnaryHouse,
  carry: Carrier,
  notifications: Notifications,
): WorkflowDispatchServer {
  const poll = pollHandlers(house);
  const starts = startHandlers(house);
  const messages = messageHandlers(house);
  const turns = turnHandlers(house);
  const spans = spanHandlers(house);
  return {
    pollWorkflow: carry(poll.pollWorkflow),
    subscribeToNotifications: (call) => notifications.subscribe(call),
    startWorkflow: carry(starts.startWorkflow),
    signalWithStartWorkflow: carry(starts.signalWithStartWorkflow),
    startChildWorkflow: carry(starts.startChildWorkflow),
    getVisualWorkflowDefinitionById: carry(starts.getVisualWorkflowDefinitionById),
    signalWorkflow: carry(messages.signalWorkflow),
    resolvePromise: carry(messages.resolvePromise),
    rejectPromise: carry(messages.rejectPromise),
    getEvents: carry(turns.getEvents),
    submitWorkflowCommands: carry(turns.submitWorkflowCommands),
    reportExecutionSpans: carry(spans.reportExecutionSpans),
  };
}
