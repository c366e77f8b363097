import type { Followed } from '../story/followed.js';
import type { ExecutionId } from '@flovyn/engine';
import { holds } from '../violation.js';
import type { World } from '../world.js';

/** Parents and children agree: a child's end closes the wait of its parent, and nothing else does. */
export function checkFamily(world: World, followed: Followed): void {
  for (const childId of followed.story.children.keys()) {
    const child = world.followed.get(childId as ExecutionId);
    holds(child?.record?.parentId === followed.id, 'R02', () => `${childId} is not the child of ${followed.id}`);
  }
  const { id, record, story } = followed;
  if (record?.parentId === undefined) return;
  const parent = world.followed.get(record.parentId);
  const wait = parent?.story.children.get(id);
  holds(wait !== undefined, 'R02', () => `${record.parentId} knows nothing of its child ${id}`);
  const isOpen = parent?.story.status === 'OPEN';
  const over = story.status !== 'OPEN';
  holds(!isOpen || !over || !wait.open, 'R04', () => `${id} is ${story.status}, and ${parent?.id} was not told`);
  if (story.reopened > 0) return;
  holds(over || wait.open, 'R04', () => `${id} is open, and ${parent?.id} was told that it ended`);
  const mustStop = wait.cancelling && !over;
  holds(!mustStop || story.cancelling, 'R04', () => `${id} was not told that ${parent?.id} wants it to stop`);
  if (!isOpen || parent.story.reopened > 0) return;
  const hasStarted = record.startedAt !== undefined;
  holds(
    wait.started === hasStarted,
    'R20',
    () => `${id} has started: ${hasStarted}, and its parent heard: ${wait.started}`,
  );
}
