import { ServiceError, parseText } from '@flovyn/protocol';
import { type WorkerItemCase, parseJsonBytes, serverItem } from '@flovyn/protocol/grpc';
import { capacity } from '../hello.js';
import { attemptItems } from './attempts.js';
import { callItems } from './calls.js';
import type { ItemHandlers } from './context.js';
import { turnItems } from './turns.js';

/** One handler per kind of item; a missing one does not compile. */
export const itemHandlers: ItemHandlers<WorkerItemCase> = {
  hello() {
    throw new ServiceError('INVALID_ARGUMENT', 'A session begins with one hello, and only one.');
  },

  capacity({ session }, { workflowCapacity, taskCapacity }) {
    session.setCapacity({
      workflows: capacity(workflowCapacity, 'workflow_capacity'),
      tasks: capacity(taskCapacity, 'task_capacity'),
    });
  },

  // The frame it came in was the sign of life; the answer tells the worker that we live too.
  heartbeat({ send, clock }) {
    send(serverItem('ping', { timestampMs: clock.now() }));
  },

  // Whoever asked may have stopped waiting: an answer that comes late is nobody's mistake.
  queryAnswered({ session }, { queryId, result, error }) {
    session.answerQuery(
      queryId,
      error === undefined || error === ''
        ? { result: parseJsonBytes(result ?? new Uint8Array(), 'result') }
        : { error: parseText(error, 'error') },
    );
  },

  ...turnItems,
  ...attemptItems,
  ...callItems,
};
