import { tokenOf } from '../../support/requests.js';
import { type Ending, type HeldAttempt, isAttempt } from '../actors/held.js';
import type { SessionActor } from '../actors/session-actor.js';
import { ofAttempt } from '../forecasts.js';
import { type Dice, dice } from '../moves.js';
import { type World, taskOf } from '../world.js';
import type { Plays } from './play.js';
import { json } from './script.js';
import { again, askOver, busyWith, hasEnded, mayLackOutput, someHeld, useClaim } from './session-calls.js';

export const attemptPlays: Plays<'attempt' | 'attempt-again' | 'release-attempt' | 'output'> = {
  async attempt(world, { who, how }) {
    // Those that were ended with a guess have more to say than their end.
    const found = someHeld(world, who, ({ assignments }) => assignments.filter(({ guess }) => guess === undefined));
    if (found === undefined) return false;
    const { actor, held } = found;
    await busyWith(actor, [held.given.token], () => playAttempt(world, actor, held, dice(how)));
    return true;
  },

  /** Says an end again that was taken, or too late one more word of what others may have ended. */
  async 'attempt-again'(world, { who }) {
    const found = someHeld(world, who, ({ past }) => past.filter(isAttempt));
    if (found === undefined) return false;
    const { actor, held } = found;
    const { sent, entries: first } = held;
    const { executionId, taskId, token } = held.given;
    const own = ofAttempt(taskOf(world, executionId, taskId), token, sent === undefined ? 'word' : 'end');
    const forecast = again(own, mayLackOutput(world, executionId));
    const output = [tokenOf(`${token}:${first}`)];
    await askOver<unknown>(world, actor, { what: `attempt ${token} again`, ...forecast }, () =>
      sent === undefined
        ? actor.session.appendEntries({ executionId, taskId, token, first, output })
        : sayEnd(actor, sent),
    );
    return true;
  },

  async 'release-attempt'(world, { who }) {
    const found = someHeld(world, who, ({ assignments }) => assignments.filter(({ sent }) => sent === undefined));
    if (found === undefined) return false;
    const { actor, held } = found;
    const { executionId, taskId, token } = held.given;
    const forecast = ofAttempt(taskOf(world, executionId, taskId), token, 'end');
    held.claim.sure = false;
    const asking = { what: `release of attempt ${token}`, forecast };
    const answer = await busyWith(actor, [token], () =>
      askOver(world, actor, asking, (mark) =>
        actor.session.releaseAttempt({ executionId, taskId, token, reason: `given back ${mark}` }),
      ),
    );
    if (answer.type !== 'unknown') actor.drop(token);
    return true;
  },

  async output(world, { who, how }) {
    const found = someHeld(world, who, ({ assignments }) => assignments.filter(({ sent }) => sent === undefined));
    if (found === undefined) return false;
    const { actor, held } = found;
    const { executionId, taskId, token } = held.given;
    const roll = dice(how);
    // Some of it may be sent again, and some left out.
    const first = Math.max(0, held.entries - roll(3) + (roll(8) === 7 ? 3 : 0));
    const output = Array.from({ length: 1 + roll(3) }, (_, at) => tokenOf(`${token}:${first + at}`));
    // Nothing is written of what was sent before, so nothing is looked at.
    const isNews = first <= held.entries && first + output.length > held.entries;
    const own = ofAttempt(taskOf(world, executionId, taskId), token, 'word');
    const forecast = again(own, !isNews || mayLackOutput(world, executionId));
    const asking = { what: `output ${first}+${output.length} of attempt ${token}`, ...forecast };
    const answer = await busyWith(actor, [token], () =>
      askOver(world, actor, asking, () => actor.session.appendEntries({ executionId, taskId, token, first, output })),
    );
    if (answer.type === 'done') held.entries = Math.max(held.entries, answer.reply.stored);
    return true;
  },
};

/** Ends an attempt; where an answer was lost, says the same end again. */
export async function playAttempt(world: World, actor: SessionActor, held: HeldAttempt, roll: Dice): Promise<void> {
  const { executionId, taskId, token, attempt } = held.given;
  const { sent: before } = held;
  const refused = useClaim(world, actor, held);
  const own = ofAttempt(taskOf(world, executionId, taskId), token, 'end');
  const forecast = again(own, held.entries > 0 && mayLackOutput(world, executionId));
  let ending = before;
  const answer = await askOver<unknown>(world, actor, { what: `end of attempt ${token}`, ...forecast }, (mark, op) => {
    ending ??= writeEnding(held, roll, mark);
    if (before === undefined) {
      op.proof = () => {
        const task = taskOf(world, executionId, taskId);
        return task === undefined ? world.deleting.has(executionId) : hasEnded(task, attempt, mark);
      };
    }
    return sayEnd(actor, ending);
  });
  if (answer.type !== 'refused' && ending !== undefined) held.sent = ending;
  if (answer.type === 'unknown') return;
  if (answer.type === 'done' || answer.op.answer === 'LEASE_LOST' || answer.op.answer === 'NOT_FOUND') {
    if (answer.op.answer === 'LEASE_LOST') refused();
    return actor.drop(token);
  }
  // Not all of its output is stored: it begins again.
  held.entries = 0;
  delete held.sent;
}

function writeEnding({ given, entries }: HeldAttempt, roll: Dice, mark: string): Ending {
  const { executionId, taskId, token } = given;
  const end = { executionId, taskId, token, entries, lostEntries: roll(6) === 5 ? 2 : 0 };
  const kind = roll(8);
  if (kind < 4) return { type: 'completed', end: { ...end, output: json(mark) } };
  const isFatal = kind === 6;
  return {
    type: 'failed',
    end: { ...end, error: isFatal ? `${mark} fatal` : mark, retryable: !isFatal, cancelled: kind === 7 },
  };
}

export function sayEnd({ session }: SessionActor, ending: Ending): ReturnType<typeof session.completeAttempt> {
  return ending.type === 'completed' ? session.completeAttempt(ending.end) : session.failAttempt(ending.end);
}
