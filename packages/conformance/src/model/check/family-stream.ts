import type { ExecutionId } from '@flovyn/engine';
import { orgId } from '../../support/house.js';
import { FamilyStory } from '../story/family-story.js';
import type { Followed } from '../story/followed.js';
import { holds } from '../violation.js';
import type { World } from '../world.js';

/** The streams of families are the streams of their members: nothing is missing, nothing is twice, nothing is moved. */
export async function checkFamilyStreams(world: World): Promise<void> {
  for (const [root, members] of familiesOf(world)) {
    const told = world.families.get(root) ?? new FamilyStory(root);
    world.families.set(root, told);
    const total = members.reduce((sum, { stream }) => sum + stream.seq, 0);
    if (total === told.seq) continue;
    const { families } = world.store;
    for (const entry of await families.read(root, told.seq, 10_000)) told.hear(entry);
    const head = await families.head(orgId, root);
    holds(head?.seq === told.seq, 'R17', () => `the family of ${root} is said to end at ${head?.seq}, not ${told.seq}`);
    for (const { id, stream } of members) {
      holds(told.seqOf(id) === stream.seq, 'R17', () => `the family of ${root} lacks ${id} after ${told.seqOf(id)}`);
    }
    const isOver = members.every((member) => member.isOver);
    holds((head?.ended !== undefined) === isOver, 'R19', () => `the family of ${root} is over: ${isOver}`);
  }
}

function familiesOf(world: World): ReadonlyMap<ExecutionId, Followed[]> {
  const families = new Map<ExecutionId, Followed[]>();
  for (const followed of world.followed.values()) {
    if (followed.record === undefined) continue;
    const { rootId } = followed.record;
    families.set(rootId, [...(families.get(rootId) ?? []), followed]);
  }
  return families;
}
