import type { StreamTarget } from '@flovyn/client';
import type { Chance } from '../chance.js';
import { OTHERS, OURS } from '../town/orgs.js';
import type { Calls } from './calls.js';
import { type Reader, read } from './reader.js';
import type { ReaderPlan, Scenario } from './scenario.js';

/** How often a late reader looks whether its time has come. */
const LOOK_MS = 50;

export interface LifeParts {
  readonly name: string;
  readonly scenario: Scenario;
  readonly calls: Calls;
  readonly chance: Chance;
  /** Where streams are read. */
  readonly streams: readonly [string, ...string[]];
  /** Told of every reader as it begins. */
  readonly onReader: (reader: Reader) => void;
}

/** One execution from its start to its end: everything it waits for is sent to it, and its readers read to the end. */
export async function live(parts: LifeParts): Promise<void> {
  const { name, scenario, calls } = parts;
  const { org, kind, queue, input } = scenario;
  const isTask = kind === 'speak';
  const base = `${org.slug}/${isTask ? 'task-executions' : 'workflow-executions'}`;
  const answer = await calls.insist(
    org,
    { id: name, type: isTask ? 'start task' : 'start', org: org.id, kind, input, queue },
    {
      path: base,
      body: { kind, input, queue, idempotencyKey: name, ...(isTask ? { maxRetries: 1_000 } : {}) },
      once: parts.chance.next() < 0.3 ? `${name}-start` : undefined,
    },
  );
  const id = answer?.['id'] ?? answer?.['workflowExecutionId'];
  if (typeof id !== 'string') return;
  const target = isTask ? { taskExecutionId: id } : { workflowExecutionId: id };
  const first = open(parts, { type: 'first' }, target);
  const others = scenario.readers.slice(1).map((plan) => joinLater(parts, plan, target, first));
  await Promise.all([first.done, ...others, lookAt(parts, base, id), drive(parts, base, id, first)]);
}

/** What was answered is there, wherever one looks (R30); and it is nobody else's (R31). */
async function lookAt({ name, scenario, calls, chance }: LifeParts, base: string, id: string): Promise<void> {
  const { org } = scenario;
  const look = { type: 'look', org: org.id, execution: id } as const;
  await calls.look(org, { ...look, id: `${name}-look` }, `${base}/${id}`, (status) => status === 200);
  const spy = org === OURS ? OTHERS : OURS;
  const isHidden = (status: number): boolean => status === 403 || status === 404;
  const asSpy = { type: 'spy', org: spy.id, execution: id } as const;
  await calls.look(spy, { ...asSpy, id: `${name}-spy` }, `${base}/${id}`, isHidden);
  // It takes the server six seconds to be sure that there is none.
  if (chance.next() < 0.8) return;
  const inside = `${base.replace(org.slug, spy.slug)}/${id}/stream`;
  await calls.look(spy, { ...asSpy, id: `${name}-spy-stream` }, inside, isHidden);
}

/** Sends what the execution waits for, once it has begun. */
async function drive({ name, scenario, calls }: LifeParts, base: string, id: string, first: Reader): Promise<void> {
  const { org, notes, pledges, input, isCancelled } = scenario;
  await until(first, 4);
  await Promise.all([
    ...notes.map((note) =>
      calls.insist(
        org,
        { id: note, type: 'signal', org: org.id, execution: id },
        { path: `${base}/${id}/signal`, body: { signalName: 'note', signalValue: note }, once: note },
      ),
    ),
    ...pledges.map((value) =>
      calls.insist(
        org,
        { id: value, type: 'resolve', org: org.id, execution: id },
        { path: `${org.slug}/promises/key:${String(input['key'])}/resolve`, body: { value } },
      ),
    ),
    ...(isCancelled
      ? [
          calls.insist(
            org,
            { id: `${name}-cancel`, type: 'cancel', org: org.id, execution: id },
            { path: `${base}/${id}/cancel`, body: { reason: 'enough' }, once: `${name}-cancel` },
          ),
        ]
      : []),
  ]);
}

function open(
  { name, scenario, streams, chance, onReader }: LifeParts,
  plan: ReaderPlan,
  target: StreamTarget,
): Reader {
  const [one = '', other = one] = chance.next() < 0.5 ? streams : streams.toReversed();
  const reader = read({
    name: `${name} ${plan.type}`,
    org: scenario.org,
    target,
    servers: [one, other],
    ...(plan.type === 'cutter' ? { cutsAfter: plan.cutsAfter } : {}),
  });
  onReader(reader);
  return reader;
}

async function joinLater(parts: LifeParts, plan: ReaderPlan, target: StreamTarget, first: Reader): Promise<void> {
  if ('afterEntries' in plan) await until(first, plan.afterEntries);
  const isFamily = plan.type.endsWith('family') && 'workflowExecutionId' in target;
  await open(parts, plan, isFamily ? { ...target, consolidated: true } : target).done;
}

/** Until the first reader has read so much, or all there is. */
async function until(first: Reader, entries: number): Promise<void> {
  let isOver = false;
  void first.done.then(() => (isOver = true));
  while (!isOver && first.entries() < entries) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
