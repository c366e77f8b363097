import { AssertionError } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import { TaskCancelled, TaskFailed, WorkflowCancelled, WorkflowFailed, toError } from '../../errors.js';
import { deserialize, serialize } from '../../serde.js';
import type { TaskEnding, WorkflowEnding } from './records.js';

/** The promise of a result, such as `executeWorkflow` gives, or a record of `workflowExecutions()`. */
export type WorkflowResult = PromiseLike<unknown> | WorkflowEnding;
/** The promise of a result, such as `executeTask` gives, or a record of `taskExecutions()`. */
export type TaskResult = PromiseLike<unknown> | TaskEnding;

/**
 * Passes when the execution gave an output.
 *
 * @throws {AssertionError} when it ended otherwise, or has not ended; the message says how it stands.
 * @example
 *   import { assertWorkflowCompleted } from '@flovyn/sdk/testing';
 *
 *   await assertWorkflowCompleted(environment.executeWorkflow(orderWorkflow, order));
 */
export async function assertWorkflowCompleted(result: WorkflowResult): Promise<void> {
  expectStatus('workflow', await workflowEnding(result), 'COMPLETED');
}

/**
 * Passes when the execution gave this output: by value, as it is after its way through JSON.
 *
 * @throws {AssertionError} when it did not; test runners show both values.
 * @example
 *   import { assertWorkflowCompletedWith } from '@flovyn/sdk/testing';
 *
 *   await assertWorkflowCompletedWith(environment.executeWorkflow(orderWorkflow, order), { number: 'r-17' });
 */
export async function assertWorkflowCompletedWith(result: WorkflowResult, output: unknown): Promise<void> {
  expectOutput('workflow', expectStatus('workflow', await workflowEnding(result), 'COMPLETED').output, output);
}

/**
 * Passes when the execution failed.
 *
 * @throws {AssertionError} when it did not.
 */
export async function assertWorkflowFailed(result: WorkflowResult): Promise<void> {
  expectStatus('workflow', await workflowEnding(result), 'FAILED');
}

/**
 * Passes when the execution failed with this text in its error.
 *
 * @throws {AssertionError} when it did not.
 * @example
 *   import { assertWorkflowFailedWith } from '@flovyn/sdk/testing';
 *
 *   environment.setTaskFailure(chargeCard, 'no money');
 *   await assertWorkflowFailedWith(environment.executeWorkflow(orderWorkflow, order), 'no money');
 */
export async function assertWorkflowFailedWith(result: WorkflowResult, text: string): Promise<void> {
  expectText('workflow', expectStatus('workflow', await workflowEnding(result), 'FAILED').error, text);
}

/**
 * Passes when the execution was cancelled.
 *
 * @throws {AssertionError} when it was not.
 */
export async function assertWorkflowCancelled(result: WorkflowResult): Promise<void> {
  expectStatus('workflow', await workflowEnding(result), 'CANCELLED');
}

/**
 * Passes when the task gave an output.
 *
 * @throws {AssertionError} when it did not.
 */
export async function assertTaskSucceeded(result: TaskResult): Promise<void> {
  expectStatus('task', await taskEnding(result), 'COMPLETED');
}

/**
 * Passes when the task gave this output: by value, as it is after its way through JSON.
 *
 * @throws {AssertionError} when it did not.
 * @example
 *   import { assertTaskSucceededWith } from '@flovyn/sdk/testing';
 *
 *   await assertTaskSucceededWith(environment.executeTask(chargeCard, order), { number: 'r-17' });
 */
export async function assertTaskSucceededWith(result: TaskResult, output: unknown): Promise<void> {
  expectOutput('task', expectStatus('task', await taskEnding(result), 'COMPLETED').output, output);
}

/**
 * Passes when the task failed for good.
 *
 * @throws {AssertionError} when it did not.
 */
export async function assertTaskFailed(result: TaskResult): Promise<void> {
  expectStatus('task', await taskEnding(result), 'FAILED');
}

/**
 * Passes when the task failed for good with this text in its error.
 *
 * @throws {AssertionError} when it did not.
 */
export async function assertTaskFailedWith(result: TaskResult, text: string): Promise<void> {
  expectText('task', expectStatus('task', await taskEnding(result), 'FAILED').error, text);
}

/**
 * Passes when the task was cancelled.
 *
 * @throws {AssertionError} when it was not.
 */
export async function assertTaskCancelled(result: TaskResult): Promise<void> {
  expectStatus('task', await taskEnding(result), 'CANCELLED');
}

/**
 * Passes when there is this value at the place: by value, as it is after its way through JSON.
 *
 * @param path - a key, or keys and indexes joined by dots: `items.0.price`.
 * @throws {AssertionError} when there is not.
 * @example
 *   import { assertJsonHas } from '@flovyn/sdk/testing';
 *
 *   assertJsonHas({ items: [{ price: 5 }] }, 'items.0.price', 5);
 */
export function assertJsonHas(value: unknown, path: string, expected: unknown): void {
  const found = at(value, path);
  if (found === undefined) fail(`Expected a value at "${path}" in ${serialize(value)}`, undefined, expected);
  if (isEqual(found.value, expected)) return;
  fail(`Expected ${serialize(expected)} at "${path}", found ${serialize(found.value)}`, found.value, expected);
}

/**
 * Passes when there is something at the place.
 *
 * @param path - a key, or keys and indexes joined by dots: `items.0.price`.
 * @throws {AssertionError} when there is not.
 */
export function assertJsonHasKey(value: unknown, path: string): void {
  if (at(value, path) === undefined) fail(`Expected a value at "${path}" in ${serialize(value)}`);
}

/**
 * Passes when there is nothing at the place.
 *
 * @param path - a key, or keys and indexes joined by dots: `items.0.price`.
 * @throws {AssertionError} when there is something.
 */
export function assertJsonMissingKey(value: unknown, path: string): void {
  const found = at(value, path);
  if (found !== undefined) fail(`Expected nothing at "${path}", found ${serialize(found.value)}`, found.value);
}

type Ending = WorkflowEnding | TaskEnding;

async function workflowEnding(result: WorkflowResult): Promise<Ending> {
  if (!isPromise(result)) return result;
  try {
    return { status: 'COMPLETED', output: await result };
  } catch (error) {
    if (WorkflowCancelled.is(error)) return { status: 'CANCELLED', reason: error.message };
    // What is neither, such as a replay that went another way, is not how the workflow ended.
    if (!WorkflowFailed.is(error)) throw error;
    return { status: 'FAILED', error: error.message, failureType: 'ERROR' };
  }
}

async function taskEnding(result: TaskResult): Promise<Ending> {
  if (!isPromise(result)) return result;
  try {
    return { status: 'COMPLETED', output: await result };
  } catch (error) {
    if (TaskCancelled.is(error)) return { status: 'CANCELLED', reason: error.message };
    if (!TaskFailed.is(error)) throw toError(error);
    return { status: 'FAILED', error: error.message, retryable: error.retryable };
  }
}

function isPromise(result: PromiseLike<unknown> | Ending): result is PromiseLike<unknown> {
  return 'then' in result && typeof result.then === 'function';
}

function expectStatus<Status extends Ending['status']>(
  what: string,
  ending: Ending,
  status: Status,
): Extract<Ending, { readonly status: Status }> {
  if (ending.status !== status) {
    fail(`Expected the ${what} to be ${status}; it is ${say(ending)}`, ending.status, status);
  }
  return ending as Extract<Ending, { readonly status: Status }>;
}

function say(ending: Ending): string {
  if ('output' in ending) return `${ending.status} with ${serialize(ending.output)}`;
  if ('error' in ending) return `${ending.status}: ${ending.error}`;
  return 'reason' in ending ? `${ending.status}: ${ending.reason}` : ending.status;
}

function expectOutput(what: string, actual: unknown, expected: unknown): void {
  if (isEqual(actual, expected)) return;
  fail(`Expected the ${what} to give ${serialize(expected)}; it gave ${serialize(actual)}`, actual, expected);
}

function expectText(what: string, error: string, text: string): void {
  if (!error.includes(text))
    fail(`Expected the ${what} to fail with "${text}"; it failed with "${error}"`, error, text);
}

function isEqual(actual: unknown, expected: unknown): boolean {
  return isDeepStrictEqual(deserialize(serialize(actual)), deserialize(serialize(expected)));
}

function at(value: unknown, path: string): { readonly value: unknown } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.hasOwn(value, path)) return { value: (value as Readonly<Record<string, unknown>>)[path] };
  const dot = path.indexOf('.');
  if (dot < 0) return undefined;
  const inner = at(value, path.slice(0, dot));
  return inner === undefined ? undefined : at(inner.value, path.slice(dot + 1));
}

/** Runners of tests show both values of such an error. */
function fail(message: string, actual?: unknown, expected?: unknown): never {
  throw new AssertionError({ message, actual, expected, stackStartFn: fail });
}
