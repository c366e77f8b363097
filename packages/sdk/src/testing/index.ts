export { Duration } from '../duration.js';
export { type LoggedMessage, MockTaskContext, type TrackedStreamEvent } from './mock-task-context.js';
export {
  MockWorkflowContext,
  type MockWorkflowContextOptions,
  type TrackedChildWorkflow,
  type TrackedOperation,
  type TrackedPromise,
  type TrackedTask,
  type TrackedTimer,
} from './mock-workflow-context.js';

/** The version of this door. */
export const TESTING_VERSION = '1.0.0';
