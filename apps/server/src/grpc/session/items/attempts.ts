import { ServiceError, parseInteger, parseText } from '@flovyn/protocol';
import { parseJsonBytes } from '@flovyn/protocol/grpc';
import { storable } from '../../requests/fields.js';
import { timeOr } from '../../requests/task-output.js';
import { checkEntries } from '../entries.js';
import { type ItemHandlers, attempt } from './context.js';

/** What a worker says about attempts of tasks. */
export const attemptItems: ItemHandlers<
  'attemptCompleted' | 'attemptFailed' | 'attemptReleased' | 'attemptEntries' | 'attemptLog' | 'attemptHeartbeat'
> = {
  async attemptCompleted({ session }, item) {
    const { taskId, executionId, token } = attempt(item);
    const { sequence, speculationHeld } = await session.completeAttempt({
      taskId,
      executionId,
      token,
      output: parseJsonBytes(item.output, 'output'),
      entries: item.entries,
      lostEntries: item.lostEntries,
      speculation: item.speculation,
    });
    return { $case: 'attempt', value: { sequence, speculationHeld } };
  },

  async attemptFailed({ session }, item) {
    const { sequence, speculationHeld } = await session.failAttempt({
      ...attempt(item),
      error: storable(parseText(item.error, 'error')),
      retryable: item.retryable,
      cancelled: item.cancelled,
      entries: item.entries,
      lostEntries: item.lostEntries,
      speculation: item.speculation,
    });
    return { $case: 'attempt', value: { sequence, speculationHeld } };
  },

  async attemptReleased({ session }, item) {
    await session.releaseAttempt({ ...attempt(item), reason: parseText(item.reason, 'reason') });
    return undefined;
  },

  async attemptEntries({ session, clock, streams, sentOutput, entriesRefused }, item) {
    const { output, refusals } = checkEntries(item.entries, clock.now(), streams);
    if (refusals.length > 0) entriesRefused(refusals);
    const stored = session.appendEntries({
      ...attempt(item),
      first: parseInteger(item.first, 'first', 0, Number.MAX_SAFE_INTEGER),
      output,
    });
    sentOutput();
    return { $case: 'entries', value: { stored: (await stored).stored } };
  },

  async attemptLog({ session, clock, sentOutput }, item) {
    const { level, message, timestampMs } = item;
    if (level !== 'DEBUG' && level !== 'INFO' && level !== 'WARN' && level !== 'ERROR') {
      throw new ServiceError('INVALID_ARGUMENT', 'level must be DEBUG, INFO, WARN or ERROR.');
    }
    const logged = session.log({
      ...attempt(item),
      level,
      message: storable(parseText(message, 'message')),
      timestampMs: timeOr(timestampMs, clock.now()),
    });
    sentOutput();
    await logged;
    return undefined;
  },

  async attemptHeartbeat({ session }, item) {
    await session.heartbeatAttempt(attempt(item));
    return undefined;
  },
};
