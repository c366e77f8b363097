import type { Chance } from '../chance.js';
import type { Org } from '../town/orgs.js';
import type { Asked, OpLog } from './op-log.js';

/** How long a try may take; a look at the stream of what is not there takes 6 s. Shorter tries would drown a slow machine. */
const TRY_MS = 15_000;
/** Between two tries. */
const AGAIN_MS = 1_000;

export interface CallsParts {
  readonly log: OpLog;
  /** Where to call: any of them, each time anew. */
  readonly servers: readonly [string, ...string[]];
  readonly chance: Chance;
  /** Ends the tries of what still has no answer. */
  readonly giveUp: AbortSignal;
}

interface Init {
  readonly method: 'GET' | 'POST';
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Request {
  readonly path: string;
  readonly body?: object;
  /** Sent as `Idempotency-Key`. */
  readonly once?: string | undefined;
}

/** Calls of the REST interface, as ops. */
export interface Calls {
  /**
   * Repeats a request until it is answered for good, by whichever server.
   * @returns the answer, or `undefined` when it was refused or given up.
   */
  insist(org: Org, asked: Asked, request: Request): Promise<Record<string, unknown> | undefined>;
  /** Asks once, at one server, and judges the answer by its status. */
  look(org: Org, asked: Asked, path: string, isRight: (status: number) => boolean): Promise<void>;
}

export function createCalls({ log, servers, chance, giveUp }: CallsParts): Calls {
  const send = (org: Org, path: string, init: Init): Promise<Response> =>
    fetch(`${chance.pick(servers)}/api/orgs/${path}`, {
      ...init,
      headers: { ...init.headers, authorization: `Bearer ${org.user}` },
      signal: AbortSignal.any([giveUp, AbortSignal.timeout(TRY_MS)]),
    });
  return {
    async insist(org, asked, { path, body = {}, once }) {
      const op = log.invoke(asked);
      const headers = {
        'content-type': 'application/json',
        ...(once === undefined ? {} : { 'idempotency-key': once }),
      };
      while (!giveUp.aborted) {
        try {
          const response = await send(org, path, { method: 'POST', body: JSON.stringify(body), headers });
          const answer = (await response.json()) as Record<string, unknown>;
          if (response.ok) {
            op.tried('ok', response.status, idOf(answer) ?? asked.execution);
            return answer;
          }
          if (isForGood(response.status)) {
            op.tried('fail', response.status);
            return undefined;
          }
          op.tried('unknown', response.status);
        } catch {
          // No answer, or half of one.
          op.tried('unknown');
        }
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
      return undefined;
    },

    async look(org, asked, path, isRight) {
      const op = log.invoke(asked);
      try {
        const response = await send(org, path, { method: 'GET' });
        await response.body?.cancel();
        const isWeather = response.status >= 500 || response.status === 429;
        op.tried(isRight(response.status) ? 'ok' : isWeather ? 'unknown' : 'fail', response.status);
      } catch {
        op.tried('unknown');
      }
    },
  };
}

function idOf({ workflowExecutionId, id }: Record<string, unknown>): string | undefined {
  const found = workflowExecutionId ?? id;
  return typeof found === 'string' ? found : undefined;
}

/** A refusal that another try would meet again. 409 is that of a request whose first try is still under way. */
function isForGood(status: number): boolean {
  return status >= 400 && status < 500 && ![408, 409, 425, 429].includes(status);
}
