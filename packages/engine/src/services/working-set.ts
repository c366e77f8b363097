import { invariant } from '@flovyn/protocol';
import { LRUCache } from 'lru-cache';
import { isTerminalWorkflow } from '../execution/state.js';
import { type Execution, fromLoaded } from '../execution/view.js';
import type { ExecutionId, OrgId, TaskId } from '../ids.js';
import type { IdempotencyKey, IdempotencyKeyId, Store, Wanted } from '../ports/store.js';
import type { Ids } from '../ports/surroundings.js';
import { isOpenTask } from '../task/state.js';
import type { Change } from '../change.js';

/** Executions kept in memory hold their inputs: bounded by size as well as by number. */
const CACHE_BYTES = 256 * 1024 * 1024;

/** What a batch is decided on: the executions in memory, and the keys it asked for. */
export interface Prepared {
  /** Held apart from the cache, which may let go of an execution while the batch still needs it. */
  readonly executions: Map<ExecutionId, Execution>;
  readonly keys: ReadonlyMap<string, IdempotencyKey>;
  readonly life: string;
}

/** The small state of the executions that move, kept in memory between their changes. */
export class WorkingSet {
  readonly #store: Store;
  readonly #ids: Ids;
  readonly #cache: LRUCache<ExecutionId, Execution>;
  #life: string | undefined;

  constructor(store: Store, ids: Ids, limit: number) {
    this.#store = store;
    this.#ids = ids;
    const least = Math.max(2_048, Math.floor(CACHE_BYTES / limit));
    this.#cache = new LRUCache({
      // Bounded by size alone: a bound on the number would make room for all of them at once.
      maxSize: CACHE_BYTES,
      sizeCalculation: ({ workflow, tasks }) => least + (workflow?.input.length ?? 0) + tasks.size * 1_024,
    });
  }

  /** Reads what the changes need and is not in memory; everything, and locked, when they are decided `again`. */
  async prepare(changes: readonly Change<unknown>[], again: boolean): Promise<Prepared> {
    const wanted = this.#wanted(changes, again);
    let keys: ReadonlyMap<string, IdempotencyKey> = new Map();
    if (wanted.length > 0 || this.#life === undefined) {
      const loaded = await this.#store.load(wanted, { lock: again });
      this.#life = loaded.life;
      keys = new Map(loaded.keys.map((key) => [keyName(key), key]));
      for (const execution of loaded.executions) {
        const cached = again ? undefined : this.#cache.get(execution.id);
        if (cached === undefined) this.#cache.set(execution.id, fromLoaded(execution));
        else for (const task of execution.tasks) if (!cached.tasks.has(task.id)) cached.tasks.set(task.id, task);
      }
    }
    const executions = new Map<ExecutionId, Execution>();
    for (const { id } of changes) {
      const cached = this.#cache.get(id);
      if (cached !== undefined) executions.set(id, cached);
    }
    return { executions, keys, life: this.#life };
  }

  /** The beginnings of an execution that nothing has happened to. */
  create(id: ExecutionId, orgId: OrgId): Execution {
    invariant(this.#life !== undefined, 'the life of the database is known before anything is created');
    return {
      id,
      orgId,
      rootId: id,
      version: 0,
      sequence: 0,
      seq: 0,
      epoch: this.#ids.epoch(),
      epochBase: 0,
      life: this.#life,
      workflow: undefined,
      tasks: new Map(),
      tail: [],
    };
  }

  /** Keeps an execution for its next change, without what nobody will ask for again. */
  keep(execution: Execution): void {
    if (isOver(execution)) {
      this.#cache.delete(execution.id);
      return;
    }
    if (execution.workflow !== undefined) {
      for (const [id, task] of execution.tasks) if (!isOpenTask(task)) execution.tasks.delete(id);
    }
    this.#cache.set(execution.id, execution);
  }

  forget(execution: Pick<Execution, 'id'>): void {
    this.#cache.delete(execution.id);
  }

  /** The connection was lost: a crash of the database may have taken output that is known here. */
  forgetAll(): void {
    this.#cache.clear();
    this.#life = undefined;
  }

  #wanted(changes: readonly Change<unknown>[], again: boolean): Wanted[] {
    const wanted = new Map<ExecutionId, { id: ExecutionId; taskIds: TaskId[]; keys: IdempotencyKeyId[] }>();
    const want = (id: ExecutionId) => {
      let entry = wanted.get(id);
      if (entry === undefined) wanted.set(id, (entry = { id, taskIds: [], keys: [] }));
      return entry;
    };
    for (const { id, fresh, taskIds = [], newTaskIds = [], key } of changes) {
      const cached = again ? undefined : this.#cache.get(id);
      if (cached === undefined && (again || fresh !== true)) want(id);
      for (const taskId of again ? [...taskIds, ...newTaskIds] : taskIds) {
        if (cached?.tasks.has(taskId) !== true) want(id).taskIds.push(taskId);
      }
      if (key !== undefined) want(id).keys.push(key);
    }
    return [...wanted.values()];
  }
}

export function keyName(key: IdempotencyKeyId): string {
  return `${key.orgId}/${key.key}`;
}

function isOver({ workflow, tasks }: Execution): boolean {
  if (workflow !== undefined) return isTerminalWorkflow(workflow);
  return [...tasks.values()].every((task) => !isOpenTask(task));
}
