import type { Turn } from '@flovyn/engine';
import { type Activation, type HeldTurn, isTurn } from '../actors/held.js';
import type { SessionActor } from '../actors/session-actor.js';
import type { Op } from '../book.js';
import { ofTurn } from '../forecasts.js';
import type { Move } from '../moves.js';
import type { Answer, World } from '../world.js';
import type { Plays } from './play.js';
import { json, writeTurn } from './script.js';
import { askOver, busyWith, someHeld, useClaim } from './session-calls.js';

export const turnPlays: Plays<'turn' | 'turn-again' | 'release-turn'> = {
  async turn(world, move) {
    const found = someHeld(world, move.who, ({ activations }) => activations);
    if (found === undefined) return false;
    const { actor, held } = found;
    await busyWith(actor, [held.given.executionId], () => playTurn(world, actor, held, move));
    return true;
  },

  /** Says again what was taken, or too late what was never said. */
  async 'turn-again'(world, { who }) {
    const found = someHeld(world, who, pastTurns);
    // While it does something else with the same instance, no worker would.
    if (found === undefined || !world.alone) return false;
    const { actor, held } = found;
    const { given, sent } = held;
    const turn = sent ?? { ...emptyTurn(given, actor), outcome: { type: 'COMPLETED', output: json('late') } as const };
    const forecast = ofTurn(world, { ...turn, sessionId: actor.session.id });
    await askOver(world, actor, { what: `turn ${turn.turnId} of ${given.executionId} again`, forecast }, () =>
      actor.session.completeTurn(turn),
    );
    // The server may think now that the instance lives.
    if (!actor.seen.has(given.executionId)) actor.session.dropInstance(given.executionId);
    return true;
  },

  async 'release-turn'(world, { who }) {
    const found = someHeld(world, who, ({ activations }) => activations);
    if (found === undefined) return false;
    const { actor, held } = found;
    const { executionId, token } = held.given;
    held.claim.sure = false;
    actor.forgetInstance(executionId);
    const asking = { what: `release of the turn of ${executionId} by ${actor.name}`, forecast: 'done' } as const;
    const answer = await busyWith(actor, [executionId], () =>
      askOver(world, actor, asking, (mark) =>
        actor.session.releaseTurn({ executionId, token, reason: `given back ${mark}` }),
      ),
    );
    if (answer.type !== 'unknown') actor.drop(token);
    return true;
  },
};

/** What it was given before; of those it has again what it had under another token, if there are any. */
function pastTurns({ past, activations }: SessionActor): readonly HeldTurn[] {
  const turns = past.filter(isTurn);
  const has = new Set(activations.map(({ given }) => given.executionId));
  const back = turns.filter(({ given }) => has.has(given.executionId));
  return back.length > 0 ? back : turns;
}

function emptyTurn({ executionId, token, sequence }: Activation, actor: SessionActor) {
  const turnId = actor.newTurnId();
  return { executionId, token, turnId, seenSequence: sequence, commands: [], speculative: false } as const;
}

/** Plays a turn as a move says it; where an answer was lost, sends the same turn again. */
export async function playTurn(world: World, actor: SessionActor, held: HeldTurn, move: Move): Promise<void> {
  const { given, sent: before } = held;
  const { executionId } = given;
  const refused = useClaim(world, actor, held);
  let turn: Turn = before ?? { ...emptyTurn(given, actor), outcome: { type: 'COMPLETED', output: json('') } };
  const what = `turn ${turn.turnId} of ${executionId} by ${actor.name}`;
  const answer = await askOver(world, actor, { what }, (mark, op) => {
    if (before === undefined) turn = { ...turn, ...write(world, move, executionId, mark, op) };
    if (op.turn !== undefined) op.turn.seen = given.sequence;
    op.forecast = ofTurn(world, { ...turn, sessionId: actor.session.id });
    return actor.session.completeTurn(turn);
  });
  if (answer.type !== 'refused') held.sent = turn;
  if (answer.type === 'unknown') return;
  if (answer.op.answer === 'LEASE_LOST') refused();
  takeAnswer(world, actor, held, answer);
}

/** Writes a turn and notes it down. */
export function write(
  world: World,
  move: Move,
  executionId: Turn['executionId'],
  mark: string,
  op: Op,
): Pick<Turn, 'commands' | 'outcome'> {
  const sent = writeTurn(world, executionId, move, 'session', mark);
  op.turn = { ...sent, executionId, seen: undefined };
  op.effect = 'some';
  return { commands: sent.commands, outcome: sent.outcome ?? { type: 'COMPLETED', output: json(mark) } };
}

function takeAnswer(
  world: World,
  actor: SessionActor,
  held: HeldTurn,
  answer: Answer<{ readonly sequence: number }> & { readonly op: Op },
): void {
  const { executionId, token } = held.given;
  if (answer.type === 'done') {
    actor.drop(token);
    if (held.sent?.outcome.type !== 'SUSPENDED') return actor.forgetInstance(executionId);
    actor.seen.set(executionId, held.sent.seenSequence);
    actor.last.set(executionId, answer.reply.sequence);
    return;
  }
  actor.forgetInstance(executionId);
  actor.session.dropInstance(executionId);
  if (answer.op.answer === 'LEASE_LOST') return actor.drop(token);
  // Refused for what was in it, the turn is still its own.
  delete held.sent;
  held.claim.sure = world.alone && held.claim.lapsed === undefined;
}
