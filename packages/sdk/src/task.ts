import { present } from './definition.js';
import { consoleLogger } from './log.js';
import type { Logger, TaskConfig, TaskDefinition } from './types.js';

/**
 * Defines a task: code that acts on the world. It may be attempted more than once, so it should be safe to repeat.
 *
 * @throws {Error} when the name or `run` is missing.
 * @example
 *   import { task } from '@flovyn/sdk';
 *
 *   export const sayHello = task({
 *     name: 'say-hello',
 *     retry: { maxRetries: 2 },
 *     run: async (ctx, input: { who: string }) => `Hello ${input.who}`,
 *   });
 * @see docs/concepts/task.md
 */
export function task<I, O>(config: TaskConfig<I, O>): TaskDefinition<I, O> {
  if (!config.name) throw new Error('Task name is required');
  if (typeof config.run !== 'function') throw new Error('Task run function is required');
  return present(config) as TaskDefinition<I, O>;
}

/** The default logger of a task's `ctx.log`. */
export function createTaskLogger(taskExecutionId: string, taskKind: string): Logger {
  return consoleLogger(`${taskKind}:${taskExecutionId}`);
}
