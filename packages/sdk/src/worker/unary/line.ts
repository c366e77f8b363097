import { ServiceError } from '@flovyn/protocol';
import {
  type Capacity,
  type Hello,
  WorkerFrame,
  type WorkerRegistrationResponse,
  serverItem,
} from '@flovyn/protocol/grpc';
import { ConnectionError, FlovynError } from '../../errors.js';
import type { Logger } from '../../types.js';
import { callError } from '../connection.js';
import type { FrameListener, FrameStream } from '../frame-stream.js';
import type { Greeting } from '../registration.js';
import { type Doors, isWeather } from './doors.js';
import { type IdleTimes, type Polls, createPolls } from './polls.js';
import type { Attachment, SingleCalls } from './single-calls.js';

export interface UnaryLineOptions {
  readonly doors: Doors;
  readonly calls: SingleCalls;
  readonly listener: FrameListener;
  readonly idle: IdleTimes;
  readonly serverUrl: string;
  readonly logger: Logger;
  /** The server knows the worker. */
  readonly greeted: () => void;
}

/** A worker that is silent for longer loses its work; it gives a sign of life twice as often. */
const SILENCE_MS = 60_000;
/** A line that breaks is told of a moment later: a server that only just refuses is not asked again without a pause. */
const LOSS_MS = 100;

/** A line to a server that knows no sessions: polls bring the work in, calls take the ends out. */
export class UnaryLine implements FrameStream {
  readonly #options: UnaryLineOptions;
  readonly #attachment: Attachment;
  #polls: readonly Polls[] = [];
  #capacity: Capacity = { workflowCapacity: 0, taskCapacity: 0 };
  #workerId = '';
  #isOver = false;

  constructor(options: UnaryLineOptions) {
    this.#options = options;
    const { doors, listener, serverUrl } = options;
    this.#attachment = {
      doors,
      listener,
      lost: (error) => this.#lost(callError(error, serverUrl, 'A call')),
    };
  }

  write(frame: Uint8Array): boolean {
    // What wants an answer is sent again over the next line.
    if (this.#isOver) return true;
    for (const item of WorkerFrame.decode(frame).items) {
      switch (item.item?.$case) {
        case 'hello':
          void this.#meet(item.item.value);
          break;
        case 'capacity':
          void this.#take(item.id, item.item.value);
          break;
        case 'heartbeat':
          void this.#beat();
          break;
        default:
          this.#options.calls.carry(item);
      }
    }
    return true;
  }

  end(): void {
    this.#isOver = true;
    for (const polls of this.#polls) polls.close();
    void this.#options.calls.settled().then(() => this.cancel());
  }

  cancel(): void {
    this.#close();
    this.#options.doors.close();
    this.#options.listener.ended(undefined);
  }

  async #meet(hello: Hello): Promise<void> {
    const { doors, calls, listener, idle, serverUrl, logger } = this.#options;
    const { registration, queue, workflowCapacity, taskCapacity } = hello;
    let response: WorkerRegistrationResponse;
    try {
      if (registration === undefined) throw new ServiceError('INVALID_ARGUMENT', 'The hello has no registration.');
      response = await doors.call('registerWorker', registration);
    } catch (error) {
      this.#lost(callError(error, serverUrl, 'Registering the worker'));
      return;
    }
    if (this.#isOver) return;
    if (!response.success) {
      this.#lost(new FlovynError(`The server did not register the worker: ${response.error ?? 'it gave no reason'}`));
      return;
    }
    this.#options.greeted();
    this.#workerId = response.workerId;
    this.#capacity = { workflowCapacity, taskCapacity };
    listener.received({ items: [serverItem('welcome', greetingOf(hello, response, calls))] });
    // The worker was stopped meanwhile.
    if (this.#isOver) return;
    calls.attach(this.#attachment);
    this.#polls = createPolls({
      doors,
      calls,
      registration,
      queue,
      workerId: response.workerId,
      capacity: () => this.#capacity,
      idle,
      heard: () => this.#heard(),
      failed: (what, error) => this.#pollFailed(what, error),
      logger,
    });
    calls.onFreed = () => this.#look();
    this.#look();
    // From the first one on a server knows that silence means something.
    void this.#beat();
  }

  /** Answered when it holds: where there is no room, no poll is under way any more. */
  async #take(id: number, capacity: Capacity): Promise<void> {
    this.#capacity = capacity;
    await Promise.all(this.#polls.map((polls) => polls.settle()));
    if (id === 0 || this.#isOver) return;
    this.#options.listener.received({ items: [serverItem('accepted', { id, detail: undefined })] });
  }

  async #beat(): Promise<void> {
    const { doors, serverUrl, logger } = this.#options;
    try {
      const kinds = { workflowKinds: [], taskKinds: [], healthInfo: new Uint8Array() };
      await doors.call('sendHeartbeat', { workerId: this.#workerId, ...kinds });
      this.#heard();
    } catch (thrown) {
      const error = ServiceError.from(thrown);
      if (isWeather(error)) this.#lost(callError(error, serverUrl, 'A heartbeat'));
      else if (error.code !== 'NOT_FOUND') logger.warn(`The server refused a heartbeat: ${error.message}`);
      else this.#lost(new ConnectionError('The server does not know this worker any more', serverUrl, error));
    }
  }

  #pollFailed(what: string, thrown: unknown): void {
    const { serverUrl, logger } = this.#options;
    const error = ServiceError.from(thrown);
    const attempted = `Asking for ${what}`;
    // A poll that took too long found nothing.
    if (error.code === 'DEADLINE_EXCEEDED') return;
    if (isWeather(error) || error.code === 'PERMISSION_DENIED') this.#lost(callError(error, serverUrl, attempted));
    else logger.warn(`${attempted} failed: ${error.message}`);
  }

  #look(): void {
    for (const polls of this.#polls) polls.look();
  }

  /** The server gave a sign of life. */
  #heard(): void {
    if (!this.#isOver) this.#options.listener.received({ items: [serverItem('ping', { timestampMs: Date.now() })] });
  }

  #lost(error: Error): void {
    if (this.#isOver) return;
    this.#close();
    this.#options.doors.close();
    setTimeout(() => this.#options.listener.ended(error), LOSS_MS);
  }

  #close(): void {
    this.#isOver = true;
    for (const polls of this.#polls) polls.close();
    this.#options.calls.detach(this.#attachment);
  }
}

function greetingOf(hello: Hello, response: WorkerRegistrationResponse, calls: SingleCalls): Greeting {
  const held = [
    ...hello.heldTurns.filter((turn) => !calls.turns.has(turn)),
    ...hello.heldAttempts.filter((attempt) => !calls.attempts.has(attempt)),
  ];
  return {
    // A server that knows sessions may remember this one.
    sessionId: hello.sessionId ?? '',
    workerId: response.workerId,
    resumed: true,
    lostClaimTokens: held.map(({ claimToken }) => claimToken),
    leaseMs: SILENCE_MS,
    heartbeatMs: SILENCE_MS,
    httpUrl: '',
    serverVersion: '',
    workflowConflicts: response.workflowConflicts,
    taskConflicts: response.taskConflicts,
  };
}
