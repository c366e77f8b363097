import type { ExecutionId, StartWorkflowRequest, TaskId } from '@flovyn/engine';
import { newChildId, newTaskId } from '../../support/commands.js';
import { orgId } from '../../support/house.js';
import { ofKeyedStart, onOpenExecution } from '../forecasts.js';
import { keyNames } from '../keys.js';
import { type Dice, dice } from '../moves.js';
import { holds } from '../violation.js';
import { type World, ask, pick } from '../world.js';
import type { Plays } from './play.js';
import { someExecution, someServer } from './requests.js';
import { json, planTask } from './script.js';

const queues = ['default', 'default', 'default', 'other'] as const;

export const startPlays: Plays<'start' | 'start-task' | 'start-child' | 'signal-with-start'> = {
  async start(world, { who, how }) {
    const roll = dice(how);
    const server = someServer(world, who);
    const queue = queues[roll(4)] ?? 'default';
    const { request, existing } = identify(world, roll);
    const key = request.idempotency?.key;
    const { blows } = server.life;
    const { alone } = world;
    const forecast = key === undefined ? 'done' : ofKeyedStart(world, key, 'workflow');
    const answer = await ask(world, server, { what: `start ${JSON.stringify(request)}`, forecast }, (mark) =>
      server.engine.startWorkflow({ orgId, kind: 'w', input: json(mark), queue, ...request }),
    );
    if (answer.type !== 'done') return true;
    const { id, created } = answer.reply;
    const { op } = answer;
    const isCalm = blows === server.life.blows;
    op.effect = created ? 'some' : isCalm ? 'none' : 'any';
    if (!alone || !isCalm) return true;
    holds(created === (existing === undefined), 'R29', () => `${op.mark} said created: ${created}`);
    holds(created || id === existing, 'R29', () => `${op.mark} led to ${id}, not ${existing}`);
    return true;
  },

  async 'start-task'(world, { who, how }) {
    const roll = dice(how);
    const server = someServer(world, who);
    const id = newTaskId() as TaskId;
    const plan = planTask(world, id, roll);
    const scheduledAt = world.clock.now() + (roll(4) === 3 ? 3_000 : 0);
    const key = keyNames[roll(6)];
    const parent = roll(4) === 3 ? someExecution(world, roll(46)) : undefined;
    const queue = queues[roll(4)] ?? 'default';
    const request = { orgId, id, kind: 't', queue, scheduledAt, ...plan, ...keyed(world, key) };
    const of = parent === undefined ? {} : { workflowExecutionId: parent };
    const asking = { what: `start task ${id} ${key ?? ''}`, forecast: ofTask(world, parent, key) };
    const answer = await ask(world, server, asking, (mark) =>
      server.engine.startTask({ ...request, ...of, input: json(mark) }),
    );
    // The input of a standalone task stands in its record alone.
    if (answer.type !== 'done' || !answer.reply.created) return true;
    answer.op.proof = () => world.deleting.has(id as string as ExecutionId) || hasTask(world, id, answer.op.mark);
    return true;
  },

  async 'start-child'(world, { who, how }) {
    const server = someServer(world, how);
    const parentId = someExecution(world, who);
    const parent = world.followed.get(parentId);
    // A tree three levels deep is deep enough.
    if ((parent?.record?.depth ?? 0) >= 3) return false;
    const asking = { what: `start a child of ${parentId}`, forecast: onOpenExecution(parent) };
    const answer = await ask(world, server, asking, (mark) =>
      server.engine.startChild({
        orgId,
        parentId,
        name: 'from-outside',
        kind: 'w',
        input: json(mark),
        queue: '',
        prioritySeconds: 0,
      }),
    );
    answer.op.effect = 'some';
    return true;
  },

  async 'signal-with-start'(world, { who, how }) {
    const server = someServer(world, who);
    const key = pick(keyNames, how) ?? keyNames[0];
    world.keys.isUsed = true;
    const asking = { what: `signal with start ${key}`, forecast: ofKeyedStart(world, key, 'workflow') };
    const answer = await ask(world, server, asking, (mark) =>
      server.engine.signalWithStart({
        orgId,
        kind: 'w',
        input: json('input'),
        queue: 'default',
        key: { key, ttlSeconds: 20 },
        signalName: 's',
        signalValue: json(mark),
      }),
    );
    answer.op.effect = 'some';
    return true;
  },
};

/** How a start may be known again. */
type Identity = Pick<StartWorkflowRequest, 'id' | 'idempotency'>;

/** By nothing, by a key, or by an id; and what that stands for already. */
function identify(world: World, roll: Dice): { readonly request: Identity; readonly existing: string | undefined } {
  const kind = roll(3);
  if (kind === 0) return { request: {}, existing: undefined };
  if (kind === 1) {
    const key = keyNames[roll(3)] ?? keyNames[0];
    return { request: keyed(world, key), existing: world.keys.holder(key, world.clock.now())?.targetId };
  }
  const workflows = [...world.followed.values()].filter(({ record }) => record !== undefined);
  const existing = roll(2) === 1 ? pick(workflows, roll(20))?.id : undefined;
  return { request: { id: existing ?? (newChildId() as ExecutionId) }, existing };
}

function keyed(world: World, key: string | undefined): Pick<Identity, 'idempotency'> {
  if (key === undefined) return {};
  world.keys.isUsed = true;
  return { idempotency: { key, ttlSeconds: 20 } };
}

function ofTask(world: World, parent: ExecutionId | undefined, key: string | undefined) {
  const byParent = parent === undefined ? 'done' : onOpenExecution(world.followed.get(parent));
  const byKey = key === undefined ? 'done' : ofKeyedStart(world, key, 'task');
  if (byParent === 'done') return byKey;
  // One reason to refuse it, and something that is there already: either may be told.
  const isThere = key !== undefined && world.keys.holder(key, world.clock.now()) !== undefined;
  return isThere ? undefined : byParent;
}

function hasTask(world: World, id: TaskId, mark: string): boolean {
  return [...world.followed.values()].some(({ tasks }) => tasks.get(id)?.input.includes(mark) === true);
}
