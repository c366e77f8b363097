import type { PollRequest, Polled, UnaryDoor } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import { logEvents } from '../../observe/events.js';
import type { Logger } from '../../observe/log.js';
import type { ConnectionEnd } from '../connection-ends.js';
import type { UnaryCall } from './call.js';
import { createFreshWork } from './fresh-work.js';

/** Far more than any worker makes. Test suites let many processes share one name, so the bound is no tight one. */
const POLLS_PER_WORKER = 1_000;
/** 100 ms: so much earlier than its caller gives up, a poll is answered. */
const MARGIN_MS = 100;

/** So many times as long as configured, at most, the polls of a worker are held that has had nothing to do for long. */
const IDLE_TIMES = 5;
/** 30 s: the most that can be configured. */
const LONGEST_HOLD_MS = 30_000;

/** What a poll asks for. */
export interface Wish extends Pick<PollRequest, 'worker' | 'type' | 'queue' | 'kinds'> {
  /** How long the caller offers to wait; 0 when it does not say. */
  readonly timeoutSeconds: number;
}

/** Polls under way: each waits a moment for work, and work never goes to one that nobody waits for. */
export interface Polls {
  /**
   * Resolves to work that is now the caller's, or to `undefined` when there was none in time. Work whose answer does not
   * go out is put back.
   *
   * @throws {ServiceError} UNAVAILABLE when the server is stopping, RESOURCE_EXHAUSTED
   */
  take(call: PollCall, wish: Wish): Promise<Work | undefined>;
  /** A connection has ended. What was given over it just before is put back, if it was its worker that went. */
  ended(end: ConnectionEnd): void;
  /** Ends them all, empty-handed, and takes no new ones. */
  drain(): void;
}

export type Work = Polled['work'];
export type PollCall = Pick<UnaryCall<unknown>, 'orgId' | 'peer' | 'patienceMs' | 'gone' | 'answerMatters'>;

export interface PollsParts {
  readonly unary: Pick<UnaryDoor, 'poll'>;
  /** How long a poll is held when there is no work. */
  readonly holdMs: number;
  readonly logger: Logger;
}

export function createPolls({ unary, holdMs, logger }: PollsParts): Polls {
  const waiting = new Set<AbortController>();
  const perWorker = new Map<string, number>();
  const fresh = createFreshWork();
  let isDraining = false;

  const enter = (key: string, worker: string): void => {
    const count = perWorker.get(key) ?? 0;
    if (count >= POLLS_PER_WORKER) {
      throw new ServiceError(
        'RESOURCE_EXHAUSTED',
        `The worker ${worker} has ${count} polls under way. Wait for their answers, or give its processes names of their own.`,
        { limit: POLLS_PER_WORKER, actual: count + 1, retryAfterSeconds: 1 },
      );
    }
    perWorker.set(key, count + 1);
  };
  const leave = (key: string): void => {
    const count = (perWorker.get(key) ?? 1) - 1;
    if (count > 0) perWorker.set(key, count);
    else perWorker.delete(key);
  };

  const putBack = (polled: Polled): void => {
    polled.putBack().catch((error: unknown) => logger.warn({ err: error }, logEvents.putBackFailed));
  };

  return {
    async take({ orgId, peer, patienceMs, gone, answerMatters }, { worker, type, queue, kinds, timeoutSeconds }) {
      const { signal } = gone;
      if (isDraining) throw new ServiceError('UNAVAILABLE', 'UNAVAILABLE: the server is stopping. Connect again.');
      if (signal.aborted) return undefined;
      const asked = timeoutSeconds > 0 ? timeoutSeconds * 1_000 : holdMs;
      const key = `${orgId} ${type} ${worker}`;
      enter(key, worker);
      waiting.add(gone);
      try {
        const atMost = (ms: number): number => Math.max(0, Math.min(ms, asked, patienceMs - MARGIN_MS));
        const polled = await unary.poll({
          orgId,
          peer,
          worker,
          type,
          queue,
          kinds,
          holdMs: atMost(holdMs),
          idleHoldMs: atMost(Math.min(LONGEST_HOLD_MS, holdMs * IDLE_TIMES)),
          signal,
        });
        if (polled === undefined) return undefined;
        if (signal.aborted) {
          putBack(polled);
          return undefined;
        }
        answerMatters();
        signal.addEventListener('abort', () => putBack(polled), { once: true });
        fresh.add(peer, polled);
        return polled.work;
      } finally {
        waiting.delete(gone);
        leave(key);
      }
    },
    ended({ peer, byPeer }) {
      const work = fresh.take(peer);
      // Where the server ended it, the worker is well and goes on with what it has.
      if (byPeer && !isDraining) for (const polled of work) putBack(polled);
    },
    drain() {
      isDraining = true;
      for (const poll of waiting) poll.abort();
    },
  };
}
