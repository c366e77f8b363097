import { randomUUID } from 'node:crypto';
import { ServiceError } from '@flovyn/protocol';
import {
  type HistoryPage,
  type HistoryWanted,
  type TurnCompleted,
  type TurnReleased,
  type WorkflowExecution,
  serverItem,
} from '@flovyn/protocol/grpc';
import { isMadeByTurn } from '../../replay/event-handlers.js';
import { canonicalType } from '../../replay/fact.js';
import { carryOutBeside } from './beside.js';
import { type GivenHistory, historyOf } from './history.js';
import { isBare, isWeather } from './doors.js';
import { type WorkParts, notOurs } from './work-parts.js';

/** A turn that a poll has brought. */
interface ClaimedTurn {
  readonly execution: WorkflowExecution;
  token: string;
  /** Whether it is in the worker's hands. */
  isHandedOver: boolean;
  isExtended: boolean;
  /** The turn that was sent last: whether it was stored is not known before its answer. */
  sentTurnId: string | undefined;
  /** Settles with the answer. */
  sending: Promise<unknown> | undefined;
}

/** How long a turn that could not be played rests before it is played again. */
const AGAIN_MS = 1_000;

/**
 * The turns of a worker that makes single calls. Its polls bring no claim tokens: they are made here, one for each time a
 * turn is handed to the worker.
 *
 *  1. A turn cannot be handed back by a call. One that the worker releases is handed to it again.
 *  2. Calls show no claim, so a turn is never sent twice: when an answer was lost, it is looked for in the history first.
 */
export class Turns {
  readonly #parts: WorkParts;
  /** The execution has got on by a turn that ended it. */
  readonly #ended: (workflowExecutionId: string) => void;
  readonly #claims = new Map<string, ClaimedTurn>();
  readonly #resting = new Set<NodeJS.Timeout>();
  #isPaused = false;

  constructor(parts: WorkParts, ended: (workflowExecutionId: string) => void) {
    this.#parts = parts;
    this.#ended = ended;
  }

  get active(): number {
    return this.#claims.size;
  }

  has({ workflowExecutionId, claimToken }: Pick<TurnReleased, 'workflowExecutionId' | 'claimToken'>): boolean {
    return this.#claims.get(workflowExecutionId)?.token === claimToken;
  }

  take(execution: WorkflowExecution): void {
    const claim = {
      execution,
      token: randomUUID(),
      isHandedOver: false,
      isExtended: false,
      sentTurnId: undefined,
      sending: undefined,
    } satisfies ClaimedTurn;
    this.#claims.set(execution.id, claim);
    void this.#activate(claim);
  }

  /** Resolves when the worker knows the answer to a turn of this execution that is on its way; at once without one. */
  async answered(workflowExecutionId: string): Promise<void> {
    const sending = this.#claims.get(workflowExecutionId)?.sending;
    if (sending === undefined) return;
    await sending.catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
  }

  async complete(turn: TurnCompleted): Promise<void> {
    if (turn.speculative) throw new ServiceError('SPECULATION_MISSED', 'Single calls carry no turn made from a guess.');
    const claim = this.#claimOf(turn);
    claim.sending = this.#send(claim, turn);
    await claim.sending;
  }

  release(released: TurnReleased): void {
    const claim = this.#claimOf(released);
    claim.token = randomUUID();
    claim.isHandedOver = false;
    this.#activateLater(claim);
  }

  /** The whole history at once: nobody needs to ask for more. */
  async page(wanted: HistoryWanted): Promise<HistoryPage> {
    const { workflowExecutionId, claimToken, afterSequence } = wanted;
    const { execution } = this.#claimOf(wanted);
    const { events } = await this.#history(execution);
    return {
      workflowExecutionId,
      claimToken,
      afterSequence,
      events: events.filter(({ sequence }) => sequence > afterSequence),
      last: true,
      input: execution.input,
    };
  }

  /** There is a line again: what could not be handed to the worker is. */
  resume(): void {
    this.#isPaused = false;
    for (const claim of this.#claims.values()) if (!claim.isHandedOver) void this.#activate(claim);
  }

  /** There is no line for now. */
  pause(): void {
    this.#isPaused = true;
    for (const timer of this.#resting) clearTimeout(timer);
    this.#resting.clear();
  }

  async #send(claim: ClaimedTurn, turn: TurnCompleted): Promise<void> {
    const { workflowExecutionId, commands, status, turnId } = turn;
    try {
      const isStored = claim.sentTurnId === turnId && (await this.#isStored(claim, turn));
      claim.sentTurnId = turnId;
      if (!isStored) await this.#parts.call('submitWorkflowCommands', { workflowExecutionId, commands, status });
    } catch (thrown) {
      const error = refusalOf(ServiceError.from(thrown));
      if (error.code === 'LEASE_LOST' || error.code === 'NOT_FOUND') this.#drop(claim);
      throw error;
    }
    if (!claim.isExtended) await carryOutBeside(this.#parts, claim.execution.orgId, turn);
    this.#drop(claim);
    if (status !== 'SUSPENDED') this.#ended(workflowExecutionId);
  }

  /** Whoever has played this turn, the facts of it are the same. */
  async #isStored({ execution }: ClaimedTurn, { seenSequence }: TurnCompleted): Promise<boolean> {
    const { events } = await this.#history(execution);
    return events.some(({ sequence, eventType }) => sequence > seenSequence && isMadeByTurn(canonicalType(eventType)));
  }

  async #activate(claim: ClaimedTurn): Promise<void> {
    const { execution } = claim;
    let history: GivenHistory;
    try {
      history = await this.#history(execution);
    } catch (thrown) {
      const error = ServiceError.from(thrown);
      if (!isWeather(error)) {
        this.#parts.logger.warn(`The history of execution ${execution.id} cannot be had: ${error.message}`);
      }
      if (error.code === 'NOT_FOUND') this.#drop(claim);
      else this.#activateLater(claim);
      return;
    }
    // Another poll has brought the same execution: this turn was taken away meanwhile.
    if (this.#claims.get(execution.id) !== claim || claim.isHandedOver) return;
    claim.isHandedOver = true;
    claim.isExtended = history.isExtended;
    const { id, kind, orgId, queue, input, workflowVersion, createdAtMs } = execution;
    this.#parts.tell(
      serverItem('activation', {
        workflowExecutionId: id,
        claimToken: claim.token,
        kind,
        orgId,
        queue,
        input,
        workflowVersion,
        // A live instance reads on from where it stands.
        afterSequence: 0,
        events: history.events,
        sequence: history.events.at(-1)?.sequence ?? 0,
        createdAtMs,
        parentWorkflowExecutionId: undefined,
        traceparent: '',
      }),
    );
  }

  #activateLater(claim: ClaimedTurn): void {
    if (this.#isPaused) return;
    const timer = setTimeout(() => {
      this.#resting.delete(timer);
      if (this.#claims.get(claim.execution.id) === claim) void this.#activate(claim);
    }, AGAIN_MS);
    this.#resting.add(timer);
  }

  async #history({ id, workflowTaskTimeMillis }: WorkflowExecution): Promise<GivenHistory> {
    const { events } = await this.#parts.call('getEvents', { workflowExecutionId: id });
    return historyOf(events, workflowTaskTimeMillis);
  }

  #claimOf(ref: Pick<TurnReleased, 'workflowExecutionId' | 'claimToken'>): ClaimedTurn {
    const claim = this.#claims.get(ref.workflowExecutionId);
    if (claim === undefined || claim.token !== ref.claimToken) throw notOurs(`execution ${ref.workflowExecutionId}`);
    return claim;
  }

  #drop(claim: ClaimedTurn): void {
    if (this.#claims.get(claim.execution.id) !== claim) return;
    this.#claims.delete(claim.execution.id);
    this.#parts.freed();
  }
}

/**
 * A server of another make refuses a turn with a bare status: FAILED_PRECONDITION says there that the execution is in other
 * hands, and INTERNAL that its database had a bad moment.
 */
function refusalOf(error: ServiceError): ServiceError {
  if (!isBare(error)) return error;
  if (error.code === 'FAILED_PRECONDITION') return new ServiceError('LEASE_LOST', error.message, { cause: error });
  if (error.code === 'INTERNAL') return new ServiceError('ABORTED', error.message, { cause: error });
  return error;
}
