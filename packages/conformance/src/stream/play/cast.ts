import { randomUUID } from 'node:crypto';
import type { StreamCase } from '../vocabulary.js';

/** Who plays in a case: what everything with a name is to the server. */
export interface Cast {
  readonly queue: string;
  readonly workflowKinds: readonly string[];
  readonly taskKinds: readonly string[];
  /** The kind of the workflow or task with this name. */
  kindOf(name: string): string;
  /** @throws {Error} while it has none. */
  idOf(name: string): string;
  setId(name: string, id: string): void;
  /** Whether this is a standalone task. */
  isTask(name: string): boolean;
  /** The text with `{job}` replaced by the id of `job`. */
  fill(text: string): string;
}

/** Gives everything in a case a kind of its own, and an id where the one who creates it may choose it. */
export function castOf({ id, steps }: StreamCase): Cast {
  const queue = `stream-${randomUUID()}`;
  const kindOf = (name: string): string => `${id}-${name}-${queue.slice(-12)}`;
  const ids = new Map([['nobody', randomUUID() as string]]);
  const [workflows, tasks, standalone] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const step of steps) {
    if (step.do === 'start-workflow') workflows.add(step.name);
    if (step.do === 'start-task') {
      tasks.add(step.name);
      standalone.add(step.name);
    }
    for (const wish of step.do === 'turn' ? step.commands : []) {
      if (wish.want !== 'task' && wish.want !== 'child') continue;
      (wish.want === 'task' ? tasks : workflows).add(wish.name);
      ids.set(wish.name, randomUUID());
    }
  }
  return {
    queue,
    workflowKinds: [...workflows].map(kindOf),
    taskKinds: [...tasks].map(kindOf),
    kindOf,
    idOf(name) {
      const found = ids.get(name);
      if (found === undefined) throw new Error(`${name} has no id yet`);
      return found;
    },
    setId: (name, given) => void ids.set(name, given),
    isTask: (name) => standalone.has(name),
    fill: (text) => text.replaceAll(/\{([a-z-]+)\}/g, (whole, name: string) => ids.get(name) ?? whole),
  };
}
