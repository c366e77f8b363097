import type { MemoryServer } from './memory-server.js';
import { checkReplay } from './replay-check.js';
import { taskResult, workflowResult } from './results.js';
import { stuckError, stuckTaskError } from './stuck.js';
import type { TestExecution } from './test-execution.js';
import { type TestTask, isOpen } from './test-tasks.js';

/** The output of an execution; time is skipped for it. Afterwards it and its children are replayed, if they are to be. */
export async function awaitWorkflow(
  server: MemoryServer,
  execution: TestExecution,
  replayCheck: boolean,
): Promise<unknown> {
  const isOver = await skipUntil(server, () => execution.isOver);
  if (replayCheck) {
    for (const each of server.executions.values()) if (isWithin(each, execution)) await checkReplay(each);
  }
  if (!isOver) throw stuckError(execution, server);
  return workflowResult(execution);
}

/** The output of a task; time is skipped for it. */
export async function awaitTask<O>(server: MemoryServer, task: TestTask): Promise<O> {
  if (!(await skipUntil(server, () => !isOpen(task)))) throw stuckTaskError(task, server);
  return taskResult<O>(task);
}

/** Resolves to false when neither code nor time will bring it about. */
async function skipUntil(server: MemoryServer, isDone: () => boolean): Promise<boolean> {
  while (!(await server.until(isDone))) {
    // Somebody else who waits may have moved the clock already.
    if (!server.isMoving && server.timers.time.advanceToNextTimer() === null) return false;
  }
  return true;
}

function isWithin(execution: TestExecution, root: TestExecution): boolean {
  return execution === root || (execution.parent !== undefined && isWithin(execution.parent.execution, root));
}
