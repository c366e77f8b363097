import type { ExecutionId } from '@flovyn/engine';
import { orgId } from '../../support/house.js';
import { ofTaskCall } from '../forecasts.js';
import { type World, ask, pick, taskOf } from '../world.js';
import type { Plays } from './play.js';
import { someServer } from './requests.js';

export const taskPlays: Plays<'cancel-task' | 'retry-task' | 'delete-task'> = {
  async 'cancel-task'(world, { who, how }) {
    const found = pick(tasksOf(world), who);
    if (found === undefined) return false;
    const server = someServer(world, how);
    const { id: executionId } = found.followed;
    const { id } = found.task;
    const asking = { what: `cancel task ${id}`, forecast: ofTaskCall(found.task, 'cancel') };
    const answer = await ask(world, server, asking, (mark) =>
      server.engine.cancelTask({ orgId, id, reason: mark, executionId }),
    );
    answer.op.proof = () => {
      const task = taskOf(world, executionId, id);
      if (task === undefined) return false;
      return task.status === 'CANCELLED' && task.reason === answer.op.mark;
    };
    return true;
  },

  async 'retry-task'(world, { who, how }) {
    const tasks = tasksOf(world).filter(({ task }) => task.status === 'FAILED' || who % 3 === 0);
    const found = pick(tasks, who);
    if (found === undefined) return false;
    const server = someServer(world, how);
    const { id } = found.task;
    const asking = { what: `retry task ${id}`, forecast: ofTaskCall(found.task, 'retry') };
    await ask(world, server, asking, (mark) => server.engine.retryTask({ orgId, id, note: mark }));
    return true;
  },

  async 'delete-task'(world, { who, how }) {
    const tasks = tasksOf(world).filter(({ task }) => task.workflowExecutionId === undefined || who % 5 === 0);
    const found = pick(tasks, who);
    if (found === undefined) return false;
    const server = someServer(world, how);
    const { id } = found.task;
    const executionId = id as string as ExecutionId;
    world.deleting.add(executionId);
    const asking = { what: `delete task ${id}`, forecast: ofTaskCall(found.task, 'delete') };
    const answer = await ask(world, server, asking, () => server.engine.deleteTask({ orgId, id }));
    if (answer.type === 'refused' && world.alone) world.deleting.delete(executionId);
    answer.op.proof = () => !world.followed.has(executionId);
    return true;
  },
};

function tasksOf(world: World) {
  return [...world.followed.values()].flatMap((followed) =>
    [...followed.tasks.values()].map((task) => ({ followed, task })),
  );
}
