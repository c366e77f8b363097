import { present } from './definition.js';
import { consoleLogger } from './log.js';
import type { Logger, WorkflowConfig, WorkflowDefinition } from './types.js';

/**
 * Defines a workflow: code that decides and waits, and may run again from the beginning at any time, so it asks the world
 * only through its context.
 *
 * @throws {Error} when the name or `run` is missing.
 * @example
 *   import { workflow } from '@flovyn/sdk';
 *
 *   export const checkout = workflow({
 *     name: 'checkout',
 *     run: async (ctx, input: Order) => {
 *       const receipt = await ctx.schedule(chargeCard, input);
 *       return receipt.number;
 *     },
 *   });
 * @see docs/concepts/history-and-replay.md
 */
export function workflow<I, O>(config: WorkflowConfig<I, O>): WorkflowDefinition<I, O> {
  if (!config.name) throw new Error('Workflow name is required');
  if (typeof config.run !== 'function') throw new Error('Workflow run function is required');
  return present(config) as WorkflowDefinition<I, O>;
}

/** The default logger of a workflow's `ctx.log`. */
export function createWorkflowLogger(workflowId: string, workflowKind: string): Logger {
  return consoleLogger(`${workflowKind}:${workflowId}`);
}
