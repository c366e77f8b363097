import { type Json, toFailure } from '@flovyn/protocol';
import { isError, TaskCancelled, TaskFailed, toError } from '../errors.js';
import { deserialize, serialize } from '../serde.js';
import type { Logger, TaskContext, TaskDefinition } from '../types.js';

/** How an attempt ended. */
export type AttemptOutcome =
  | { readonly type: 'completed'; readonly output: Json }
  | { readonly type: 'failed'; readonly error: string; readonly isRetryable: boolean }
  | { readonly type: 'cancelled'; readonly reason: string };

/** Runs the code of one attempt, with its hooks around it. Never rejects: what is thrown becomes the outcome. */
export async function runTask(
  definition: TaskDefinition,
  context: TaskContext,
  inputJson: string,
  logger: Pick<Logger, 'warn'>,
): Promise<AttemptOutcome> {
  const { hooks } = definition;
  const tellHook = async (name: string, tell: () => void | Promise<void>): Promise<void> => {
    try {
      await tell();
    } catch (error) {
      logger.warn(`Hook ${name} of task "${definition.name}" threw: ${toError(error).message}`);
    }
  };
  let input: unknown;
  try {
    input = deserialize(inputJson);
    if (hooks?.onStart !== undefined) await tellHook('onStart', () => hooks.onStart?.(context, input));
    const output = await definition.run(context, input);
    const json = serialize(output);
    if (hooks?.onSuccess !== undefined) await tellHook('onSuccess', () => hooks.onSuccess?.(context, input, output));
    return { type: 'completed', output: json };
  } catch (thrown) {
    if (isError(thrown)) await tellHook('onFailure', () => hooks?.onFailure?.(context, input, thrown));
    return failureOf(toError(thrown));
  }
}

function failureOf(thrown: Error): AttemptOutcome {
  const { message } = toFailure(thrown);
  if (TaskCancelled.is(thrown)) return { type: 'cancelled', reason: message };
  return { type: 'failed', error: message, isRetryable: !TaskFailed.is(thrown) || thrown.retryable };
}
