import type { ExecutionId, TaskState } from '@flovyn/engine';
import type { Held } from '../actors/held.js';
import type { SessionActor } from '../actors/session-actor.js';
import type { Forecast, Op } from '../book.js';
import { holds } from '../violation.js';
import { type Answer, type Asking, type World, ask, pick } from '../world.js';

/** A worker that is there and has some of this, and one piece of it. */
export function someOf<Item>(
  { sessions }: World,
  who: number,
  of: (actor: SessionActor) => readonly Item[],
): { readonly actor: SessionActor; readonly item: Item } | undefined {
  const holders = sessions.filter((actor) => actor.isWorking && of(actor).length > 0);
  const actor = pick(holders, who);
  const item = actor === undefined ? undefined : pick(of(actor), who);
  return actor === undefined || item === undefined ? undefined : { actor, item };
}

/** The same of the work it has and is not busy with. */
export function someHeld<Item extends Held>(
  world: World,
  who: number,
  of: (actor: SessionActor) => readonly Item[],
): { readonly actor: SessionActor; readonly held: Item } | undefined {
  const found = someOf(world, who, (actor) =>
    of(actor).filter(({ given }) => {
      const name = given.type === 'task' ? given.token : given.executionId;
      return !actor.busy.has(name);
    }),
  );
  return found === undefined ? undefined : { actor: found.actor, held: found.item };
}

/** Meanwhile the worker does nothing else with these. */
export async function busyWith<Result>(
  { busy }: SessionActor,
  names: readonly string[],
  work: () => Promise<Result>,
): Promise<Result> {
  for (const name of names) busy.add(name);
  try {
    return await work();
  } finally {
    for (const name of names) busy.delete(name);
  }
}

/** Asks over the connection a worker has: an answer that comes when it has another one is lost. */
export async function askOver<Reply>(
  world: World,
  actor: SessionActor,
  asking: Asking,
  call: (mark: string, op: Op) => Promise<Reply>,
): Promise<Answer<Reply> & { readonly op: Op }> {
  const { connections } = actor;
  const answer = await ask(world, actor.server, asking, call);
  if (connections === actor.connections) return answer;
  // What was refused and not heard of is sent again, and may be taken then.
  if (answer.type === 'refused') answer.op.answer = 'unknown';
  return { type: 'unknown', op: answer.op };
}

/** Uses a claim. Returns what to call when that was refused: where nothing has ended the claim, it must not be. */
export function useClaim(world: World, actor: SessionActor, { claim, given }: Held): () => void {
  const { life } = actor.server;
  const { blows } = life;
  const isSure = claim.sure && world.alone;
  claim.sure = false;
  return () => {
    const isBroken = isSure && life.blows === blows;
    holds(!isBroken, 'R09', () => `${actor.name} was refused what it holds under ${given.token}`);
  };
}

/** What was said and taken before may be remembered, or not. */
export function again(forecast: Forecast, wasSaid: boolean): { forecast?: Forecast } {
  return wasSaid ? {} : { forecast };
}

/** Whether some output of a task may have been passed over: nobody hears what comes while an execution is closed. */
export function mayLackOutput(world: World, id: ExecutionId): boolean {
  const followed = world.followed.get(id);
  return followed?.record !== undefined && (followed.isOver || followed.story.reopened > 0);
}

/** Whether the end of an attempt is to be seen in its task. */
export function hasEnded(task: TaskState, attempt: number, mark: string): boolean {
  if (task.executionCount > attempt) return true;
  switch (task.status) {
    case 'COMPLETED':
      return task.output.includes(mark);
    case 'FAILED':
      return task.timedOut === true || task.error.includes(mark);
    case 'PENDING':
      return task.error?.includes(mark) === true;
    case 'CANCELLED':
      return true;
    case 'RUNNING':
      return false;
  }
}
