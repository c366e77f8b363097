/**
 * Test workflows and tasks: alone, together in memory, or on a real server. Works with any test runner.
 *
 * - **One function alone**, in microseconds: {@link MockWorkflowContext} and {@link MockTaskContext}.
 * - **Whole workflows in memory**, in milliseconds, on a clock of the test's: {@link TestWorkflowEnvironment} and its
 *   {@link TimeController}.
 * - **As in production**, in seconds: {@link FlovynTestEnvironment} on the server of a {@link TestHarness}.
 * - **Old histories against today's code**: {@link replayHistory} and {@link WorkflowTestBuilder}.
 *
 * @packageDocumentation
 */
export { Duration } from '../duration.js';
export type { HarnessConfig } from './harness-config.js';
export { FlovynTestEnvironment, type TestEnvironmentOptions } from './test-environment.js';
export { TestHarness, type TestHarnessConfig, cleanupTestHarness, getTestHarness } from './test-harness.js';
export { type LoggedMessage, MockTaskContext, type TrackedStreamEvent } from './mock-task-context.js';
export { MockWorkflowContext, type MockWorkflowContextOptions } from './mock-workflow-context.js';
export type {
  TrackedCancellation,
  TrackedChildWorkflow,
  TrackedOperation,
  TrackedPromise,
  TrackedSignal,
  TrackedTask,
  TrackedTimer,
} from './tracked.js';

export {
  type ExecutionRef,
  TestWorkflowEnvironment,
  type TestWorkflowEnvironmentOptions,
} from './memory/test-workflow-environment.js';
export { TimeController } from './memory/time-controller.js';
export { WorkflowTestBuilder } from './memory/workflow-test-builder.js';
export {
  type ReplayHistoryOptions,
  type ReplayableEvent,
  type ReplayedHistory,
  replayHistory,
} from './memory/replay-history.js';
export {
  type TaskResult,
  type WorkflowResult,
  assertJsonHas,
  assertJsonHasKey,
  assertJsonMissingKey,
  assertTaskCancelled,
  assertTaskFailed,
  assertTaskFailedWith,
  assertTaskSucceeded,
  assertTaskSucceededWith,
  assertWorkflowCancelled,
  assertWorkflowCompleted,
  assertWorkflowCompletedWith,
  assertWorkflowFailed,
  assertWorkflowFailedWith,
} from './memory/assertions.js';
export type {
  TaskEnding,
  TaskExecutionRecord,
  TestHistoryEvent,
  WorkflowEnding,
  WorkflowExecutionRecord,
} from './memory/records.js';

/** The version of what this entry offers. */
export const TESTING_VERSION = '1.0.0';
