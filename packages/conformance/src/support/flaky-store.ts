import { CommitConflict, type Store } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';

/** What goes wrong with one commit. `lost-after` stores the batch and loses the answer. */
export type Fault = 'none' | 'conflict' | 'lost-before' | 'lost-after';

/** A store whose commits go wrong as a plan says; when the plan is used up, none does. */
export function flakyStore(store: Store, plan: readonly Fault[]): Store {
  const faults = [...plan];
  return {
    ...store,
    async commit(batch) {
      const fault = faults.shift() ?? 'none';
      if (fault === 'conflict') throw new CommitConflict('planned');
      if (fault === 'lost-before') {
        // The transaction that held the executions is gone with its connection.
        await store.unlock();
        throw lost();
      }
      const runs = await store.commit(batch);
      if (fault === 'lost-after') throw lost();
      return runs;
    },
  };
}

function lost(): ServiceError {
  return new ServiceError('UNAVAILABLE', 'The connection to the database was lost.');
}
