import { invariant } from '@flovyn/protocol';
import { LRUCache } from 'lru-cache';
import { isTerminalWorkflow } from '../execution/state.js';
import { type Execution, fromLoaded } from '../execution/view.js';
import type { ExecutionId, OrgId, TaskId } from '../ids.js';
import type { IdempotencyKey, IdempotencyKeyId, LoadedExecution, Store, Wanted } from '../ports/store.js';
import type { Ids } from '../ports/surroundings.js';
import { isOpenTask } from '../task/state.js';
import { type WaitRef, waitName } from '../wait/state.js';
import type { Change } from '../change.js';
import { requestKeyName } from './once.js';

/** Executions kept in memory hold their inputs: bounded by size as well as by number. */
const CACHE_BYTES = 256 * 1024 * 1024;

/** Executions are needed that were not read for the batch: it is decided again, with them. */
export class Missing extends Error {
  override readonly name = 'Missing';
  readonly ids: readonly ExecutionId[];

  constructor(ids: readonly ExecutionId[]) {
    super(`Executions are needed, and were not read: ${ids.join(', ')}`);
    this.ids = ids;
  }
}

/** What is known of an execution may be old, and matters: the batch is decided again, on what is stored. */
export class Unconfirmed extends Error {
  override readonly name = 'Unconfirmed';

  constructor(id: ExecutionId) {
    super(`What is known of execution ${id} may be older than what is stored.`);
  }
}

/** What a batch is decided on: the executions in memory, and the keys it asked for. */
export interface Prepared {
  /** Held apart from the cache, which may let go of an execution while the batch still needs it. */
  readonly executions: Map<ExecutionId, Execution>;
  /** What was asked of the store: one that is not among the executions does not exist. */
  readonly looked: ReadonlySet<ExecutionId>;
  /** Whether everything was read anew, and locked: then nothing else may be relied on. */
  readonly again: boolean;
  readonly keys: ReadonlyMap<string, IdempotencyKey>;
  readonly elsewhere: ReadonlySet<TaskId>;
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
      sizeCalculation: ({ workflow, tasks, waits }) =>
        least + (workflow?.input.length ?? 0) + tasks.size * 1_024 + waits.size * 256,
    });
  }

  /**
   * Reads what the changes need and is not in memory, and what others of the executions turned out to need; everything, and
   * locked, when they are decided `again`.
   */
  async prepare(
    changes: readonly Change<unknown>[],
    again: boolean,
    others: ReadonlySet<ExecutionId>,
  ): Promise<Prepared> {
    const wanted = this.#wanted(changes, again, others);
    let keys: ReadonlyMap<string, IdempotencyKey> = new Map();
    let elsewhere: ReadonlySet<TaskId> = new Set();
    if (wanted.length > 0 || this.#life === undefined) {
      const loaded = await this.#store.load(wanted, { lock: again });
      this.#life = loaded.life;
      keys = new Map(loaded.keys.map((key) => [keyName(key), key]));
      elsewhere = new Set(loaded.elsewhere);
      // What is not found any more has been deleted elsewhere.
      if (again) for (const { id } of wanted) this.#cache.delete(id);
      for (const execution of loaded.executions) {
        const cached = this.#cache.get(execution.id);
        if (cached === undefined) this.#cache.set(execution.id, fromLoaded(execution));
        else addClosed(cached, execution);
      }
    }
    const executions = new Map<ExecutionId, Execution>();
    for (const id of [...changes.map((change) => change.id), ...others]) {
      const cached = this.#cache.get(id);
      if (cached !== undefined) executions.set(id, cached);
    }
    return { executions, looked: new Set(wanted.map(({ id }) => id)), again, keys, elsewhere, life: this.#life };
  }

  /** What is known of an execution from its changes before. */
  cached(id: ExecutionId): Execution | undefined {
    return this.#cache.get(id);
  }

  /** The beginnings of an execution that nothing has happened to. */
  create(id: ExecutionId, orgId: OrgId, rootId: ExecutionId): Execution {
    invariant(this.#life !== undefined, 'the life of the database is known before anything is created');
    return {
      id,
      orgId,
      rootId,
      version: 0,
      sequence: 0,
      seq: 0,
      epoch: this.#ids.epoch(),
      life: this.#life,
      hasFamily: false,
      countedTo: 0,
      workflow: undefined,
      tasks: new Map(),
      waits: new Map(),
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
      for (const [name, wait] of execution.waits) if (!wait.open) execution.waits.delete(name);
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

  #wanted(changes: readonly Change<unknown>[], again: boolean, others: ReadonlySet<ExecutionId>): Wanted[] {
    const wanted = new Map<ExecutionId, Want>();
    const want = (id: ExecutionId): Want => {
      let entry = wanted.get(id);
      if (entry === undefined) wanted.set(id, (entry = { id, taskIds: [], waits: [], keys: [] }));
      return entry;
    };
    for (const { id, orgId, fresh, taskIds = [], newTaskIds = [], waits = [], newWaits = [], keys, once } of changes) {
      const cached = again ? undefined : this.#cache.get(id);
      if (cached === undefined && (again || fresh !== true)) want(id);
      for (const taskId of again ? [...taskIds, ...newTaskIds] : taskIds) {
        if (cached?.tasks.has(taskId) !== true) want(id).taskIds.push(taskId);
      }
      for (const wait of again ? [...waits, ...newWaits] : waits) {
        if (cached?.waits.has(waitName(wait)) !== true) want(id).waits.push(wait);
      }
      for (const key of keys ?? []) want(id).keys.push({ orgId, key });
      if (once !== undefined) want(id).keys.push({ orgId, key: requestKeyName(once) });
    }
    for (const id of others) if (again || !this.#cache.has(id)) want(id);
    return [...wanted.values()];
  }
}

interface Want {
  readonly id: ExecutionId;
  readonly taskIds: TaskId[];
  readonly waits: WaitRef[];
  readonly keys: IdempotencyKeyId[];
}

/** Closed tasks and waits are not kept in memory; those a change has asked for are added to what is. */
function addClosed(cached: Execution, loaded: LoadedExecution): void {
  for (const task of loaded.tasks) if (!cached.tasks.has(task.id)) cached.tasks.set(task.id, task);
  for (const wait of loaded.waits) if (!cached.waits.has(waitName(wait))) cached.waits.set(waitName(wait), wait);
}

export function keyName(key: IdempotencyKeyId): string {
  return `${key.orgId}/${key.key}`;
}

function isOver({ workflow, tasks }: Execution): boolean {
  if (workflow !== undefined) return isTerminalWorkflow(workflow);
  return [...tasks.values()].every((task) => !isOpenTask(task));
}
