import { checkFamily } from './family.js';
import { checkFamilyStreams } from './family-stream.js';
import { checkReady, checkTimers } from './queues.js';
import { checkDelays, checkStatus, checkTasks } from './status.js';
import { follow } from '../story/follow.js';
import { replaceTheDead } from '../play/fate.js';
import { holds } from '../violation.js';
import { type World, calm, taskOf } from '../world.js';

/** Everything that must be true whenever nothing is under way; with the queues, which are costly to look at, or without. */
export async function check(world: World, { queues } = { queues: true }): Promise<void> {
  do {
    await calm(world);
  } while (await replaceTheDead(world));
  await follow(world);
  for (const followed of world.followed.values()) {
    checkStatus(world, followed);
    checkTasks(followed);
    checkDelays(followed);
    checkFamily(world, followed);
  }
  await checkFamilyStreams(world);
  if (queues) {
    await checkTimers(world);
    await checkReady(world);
  }
  checkShown(world);
  noteEnded(world);
  world.book.judge();
  for (const broken of world.broken) throw broken;
}

/** A task that was cancelled, or ran out of time, is no longer its worker's. */
function noteEnded(world: World): void {
  for (const claim of world.claims.values()) {
    if (claim.taskId === undefined || !claim.sure) continue;
    const status = taskOf(world, claim.executionId, claim.taskId)?.status;
    if (status !== 'RUNNING' && status !== 'PENDING') claim.sure = false;
  }
}

/** What workers were shown of histories is what stands there. */
function checkShown(world: World): void {
  for (const { to, executionId, events } of world.shown.splice(0)) {
    const history = world.followed.get(executionId)?.history ?? [];
    for (const { sequence, type, data } of events) {
      const stored = history[sequence - 1];
      const isRight = stored?.type === type && stored.data === data;
      holds(isRight, 'R06', () => `${to} was shown fact ${sequence} of ${executionId} as ${type}, not ${stored?.type}`);
    }
  }
}
