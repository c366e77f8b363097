import type { Frame, GapFrame } from '../envelope.js';
import type { ExecutionId } from '../ids.js';
import { ExecutionOrder } from './execution.js';
import { Numbering } from './numbering.js';
import type { Violation } from './violation.js';

/** How order is judged. */
export interface OrderOptions {
  /** The frames begin somewhere in the stream: what came before is not judged. Default false. */
  readonly midStream?: boolean | undefined;
}

/**
 * Follows one unfiltered stream, or a consolidated one, frame by frame. Its memory grows with the entities the stream
 * names.
 */
export interface OrderChecker {
  /** What is wrong with this frame where it stands; empty when nothing is. */
  next(frame: Frame): readonly Violation[];
  /**
   * The stream declared entries of this execution missing. After a gap of reason `epoch`, which holds output only, the
   * numbering goes on anywhere; after any other it goes on at `to` + 1, and what the gap may have said is not judged.
   */
  gap(executionId: ExecutionId, gap: Omit<GapFrame, 'kind'>): void;
}

interface Followed {
  readonly numbering: Numbering;
  readonly order: ExecutionOrder;
}

/** An {@link OrderChecker} at the beginning of its stream, or of its part of one. */
export function createOrderChecker({ midStream = false }: OrderOptions = {}): OrderChecker {
  const executions = new Map<ExecutionId, Followed>();

  function follow(id: ExecutionId): Followed {
    const known = executions.get(id);
    if (known !== undefined) return known;
    const followed = { numbering: new Numbering(midStream), order: new ExecutionOrder(midStream) };
    executions.set(id, followed);
    return followed;
  }

  return {
    next(frame) {
      const { numbering, order } = follow(frame.executionId);
      const fault = numbering.next(frame.epoch, frame.seq);
      const violations = order.next(frame);
      if (fault === undefined) return violations;
      const { executionId, epoch, seq, event } = frame;
      const name = event.type === 'Event' ? event.event : event.type;
      return [{ ...fault, executionId, epoch, seq, event: name }, ...violations];
    },
    gap(executionId, { to, reason }) {
      const { numbering, order } = follow(executionId);
      if (reason === 'epoch') return numbering.release();
      numbering.skipTo(to);
      order.loosen();
    },
  };
}

/** Everything that is wrong with the order of these frames, oldest first; empty when they are legal. */
export function checkLegal(frames: Iterable<Frame>, options: OrderOptions = {}): Violation[] {
  const checker = createOrderChecker(options);
  return [...frames].flatMap((frame) => checker.next(frame));
}

/**
 * Throws when the order of these frames is not legal.
 *
 * @throws {Error} that lists every violation, one to a line.
 */
export function assertLegal(frames: Iterable<Frame>, options: OrderOptions = {}): void {
  const violations = checkLegal(frames, options);
  if (violations.length === 0) return;
  throw new Error(['The stream is not in a legal order:', ...violations.map(describe)].join('\n'));
}

function describe({ rule, message, executionId, epoch, seq, event, after }: Violation): string {
  const earlier = after === undefined ? '' : ` (after ${after.event} at ${after.seq})`;
  return `  [${rule}] ${executionId} ${epoch}.${seq} ${event}: ${message}${earlier}`;
}
