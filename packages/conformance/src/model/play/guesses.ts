import type { AttemptAnswer, Turn } from '@flovyn/engine';
import type { Ending, HeldAttempt } from '../actors/held.js';
import type { SessionActor } from '../actors/session-actor.js';
import type { Op } from '../book.js';
import { ofAttempt } from '../forecasts.js';
import type { Move } from '../moves.js';
import { holds } from '../violation.js';
import { type Answer, type World, taskOf } from '../world.js';
import { sayEnd } from './attempts.js';
import type { Plays } from './play.js';
import { json } from './script.js';
import { again, askOver, busyWith, hasEnded, someHeld } from './session-calls.js';
import { write } from './turns.js';

type Asked<Reply> = Answer<Reply> & { readonly op: Op };

export const guessPlays: Plays<'speculate'> = {
  async speculate(world, move) {
    const found = someHeld(world, move.who, (actor) => actor.assignments.filter((held) => mayGuess(actor, held)));
    if (found === undefined) return false;
    const { actor, held } = found;
    const { token, executionId } = held.given;
    await busyWith(actor, [token, executionId], () => playGuess(world, actor, held, move));
    return true;
  },
};

/** The worker has the instance, and nothing has come since its last turn; or it has guessed, and heard no answer. */
function mayGuess(actor: SessionActor, { given, sent, guess }: HeldAttempt): boolean {
  const { workflowExecutionId: id } = given;
  if (actor.busy.has(given.executionId)) return false;
  if (guess !== undefined) return true;
  if (sent !== undefined || id === undefined || !actor.last.has(id)) return false;
  return actor.activations.every(({ given: { executionId } }) => executionId !== id);
}

/** Ends an attempt and plays the turn that follows from it, before the server has said that it does. */
export async function playGuess(world: World, actor: SessionActor, held: HeldAttempt, move: Move): Promise<void> {
  const { executionId, taskId, token, attempt } = held.given;
  const expectedSequence = held.guess?.seenSequence ?? (actor.last.get(executionId) ?? 0) + 1;
  const should = willHold(world, actor, executionId, expectedSequence);
  const { life } = actor.server;
  const { blows } = life;
  const isFirst = held.guess === undefined;
  let { sent, guess } = held;
  held.claim.sure = false;

  const forecast = again(ofAttempt(taskOf(world, executionId, taskId), token, 'end'), !isFirst);
  const ending = askOver(world, actor, { what: `end of attempt ${token}, and a guess`, ...forecast }, (mark, op) => {
    sent ??= writeEnd(held, expectedSequence, mark);
    if (isFirst) {
      op.proof = () => {
        const task = taskOf(world, executionId, taskId);
        return task !== undefined && hasEnded(task, attempt, mark);
      };
    }
    return sayEnd(actor, sent);
  });
  const turning = askOver(world, actor, { what: `guessed turn of ${executionId} by ${actor.name}` }, (mark, op) => {
    guess ??= {
      executionId,
      token: '',
      turnId: actor.newTurnId(),
      seenSequence: expectedSequence,
      ...write(world, move, executionId, mark, op),
      speculative: true,
    };
    if (op.turn !== undefined) op.turn.seen = expectedSequence;
    return actor.session.completeTurn(guess);
  });
  const [ended, turned] = await Promise.all([ending, turning]);
  Object.assign(held, { sent, guess });
  takeAnswers(actor, held, ended, turned);
  if (isFirst && world.alone && life.blows === blows) checkGuess(ended, turned, should);
}

function writeEnd({ given }: HeldAttempt, expectedSequence: number, mark: string): Ending {
  const { executionId, taskId, token } = given;
  const speculation = { expectedSequence };
  const end = { executionId, taskId, token, entries: 0, lostEntries: 0, output: json(mark), speculation };
  return { type: 'completed', end };
}

/** Whether the server must find the guess right, when nothing else happens. */
function willHold(world: World, { session }: SessionActor, id: Turn['executionId'], expected: number): boolean {
  const followed = world.followed.get(id);
  const { record } = followed ?? {};
  return record?.status === 'WAITING' && record.holder === session.id && followed?.story.sequence === expected - 1;
}

function takeAnswers(
  actor: SessionActor,
  held: HeldAttempt,
  ended: Asked<AttemptAnswer>,
  turned: Asked<{ readonly sequence: number }>,
): void {
  const { executionId, token } = held.given;
  // Until both are known, both are said again.
  if (ended.type === 'unknown' || turned.type === 'unknown') return;
  const { guess } = held;
  if (turned.type === 'done' && guess?.outcome.type === 'SUSPENDED') {
    actor.seen.set(executionId, guess.seenSequence);
    actor.last.set(executionId, turned.reply.sequence);
  } else {
    actor.session.dropInstance(executionId);
    actor.forgetInstance(executionId);
  }
  if (ended.type === 'done' || ended.op.answer === 'LEASE_LOST') return actor.drop(token);
  // Not all of its output is stored.
  delete held.guess;
  delete held.sent;
  held.entries = 0;
}

function checkGuess(ended: Asked<AttemptAnswer>, turned: Asked<{ readonly sequence: number }>, should: boolean): void {
  if (ended.type !== 'done') return;
  const { speculationHeld } = ended.reply;
  const { mark, answer } = turned.op;
  holds(speculationHeld === should, 'R03', () => `${ended.op.mark} said held: ${speculationHeld}, not ${should}`);
  const isRight = speculationHeld
    ? answer !== 'LEASE_LOST' && answer !== 'SPECULATION_MISSED'
    : answer === 'SPECULATION_MISSED';
  holds(isRight, 'R03', () => `${mark} was answered ${answer} where the guess held: ${speculationHeld}`);
}
