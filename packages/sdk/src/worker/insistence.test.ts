import { describe, expect, it } from 'vitest';
import { silent } from '../../test/recorded-execution.js';
import { Insistence, type Subject } from './insistence.js';
import { FailureStreaks, restMs } from './rest.js';
import type { Answer } from './session.js';

const order: Subject = { workType: 'workflow', executionId: 'id-1', what: 'A turn of workflow "order" (id-1)' };
const value = { workflowExecutionId: 'id-1', claimToken: 'token', reason: 'first' };
const accepted: Answer = { isAccepted: true, detail: undefined };

function refusal(code: string, stored?: number): Extract<Answer, { readonly isAccepted: false }> {
  return { isAccepted: false, code, message: 'no luck', stored };
}

/** Somebody who insists, against a server that answers as it is told. */
function insisting(answers: readonly Answer[]) {
  const said: unknown[] = [];
  const rests: number[] = [];
  const logged: string[] = [];
  const setbacks: [Subject, string][] = [];
  const left = [...answers];
  const insistence = new Insistence({
    session: {
      request: (_kind, what, answered) => {
        said.push(what);
        answered(left.shift() ?? accepted);
      },
    },
    logger: { ...silent, error: (line: string) => void logged.push(line) },
    onSetback: (subject, error) => setbacks.push([subject, error]),
    chance: () => 1,
    later: (run, ms) => {
      rests.push(ms);
      run();
    },
  });
  return { insistence, said, rests, logged, setbacks };
}

describe('what the server has to hear', () => {
  it('is said again after rests that double up to a bound, and every time is seen', () => {
    const bad = Array.from({ length: 9 }, () => refusal('INTERNAL'));
    const { insistence, said, rests, logged, setbacks } = insisting(bad);
    const answers: Answer[] = [];
    insistence.request({ kind: 'turnReleased', value }, order, (answer) => answers.push(answer));
    expect(answers).toEqual([accepted]);
    expect(said).toEqual(Array.from({ length: 10 }, () => value));
    expect(rests).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(logged[1]).toBe(
      'A turn of workflow "order" (id-1): the server could not take it (INTERNAL): no luck Trying again in 500 ms (attempt 3).',
    );
    expect(logged).toHaveLength(9);
    expect(setbacks).toEqual(bad.map(() => [order, expect.stringContaining('(INTERNAL): no luck')]));
  });

  it.each(['INTERNAL', 'ABORTED', 'UNAVAILABLE', 'DEADLINE_EXCEEDED'])('is said again after %s', (code) => {
    const { insistence, said } = insisting([refusal(code)]);
    const answers: Answer[] = [];
    insistence.request({ kind: 'turnReleased', value }, order, (answer) => answers.push(answer));
    expect([answers, said.length]).toEqual([[accepted], 2]);
  });

  it('is said again when the server had too much to do, and not before it asked for it', () => {
    const full: Answer = { ...refusal('RESOURCE_EXHAUSTED'), retryAfterMs: 1_000 };
    const { insistence, rests } = insisting([full, full, full, full]);
    const answers: Answer[] = [];
    insistence.request({ kind: 'turnReleased', value }, order, (answer) => answers.push(answer));
    expect([answers, rests]).toEqual([[accepted], [1_000, 1_000, 1_000, 2_000]]);
  });

  it.each([
    'INVALID_ARGUMENT',
    'RESOURCE_EXHAUSTED',
    'LEASE_LOST',
    'NOT_FOUND',
    'SPECULATION_MISSED',
    'FROM_THE_FUTURE',
  ])('is not said again after %s', (code) => {
    const { insistence, said } = insisting([refusal(code)]);
    const answers: Answer[] = [];
    insistence.request({ kind: 'turnReleased', value }, order, (answer) => answers.push(answer));
    expect([answers, said.length]).toEqual([[refusal(code)], 1]);
  });

  it('is said in another way from the second time on, where that was asked for', () => {
    const { insistence, said } = insisting([refusal('ABORTED'), refusal('ABORTED')]);
    const again = { ...value, reason: 'again' };
    insistence.request({ kind: 'turnReleased', value, again }, order, () => undefined);
    expect(said).toEqual([value, again, again]);
  });

  it('for the last time is refused only when the work is somebody else’s, or something is missing before it', () => {
    for (const end of [refusal('LEASE_LOST'), refusal('FAILED_PRECONDITION', 3), accepted]) {
      const { insistence, rests } = insisting([refusal('INVALID_ARGUMENT'), end]);
      const answers: Answer[] = [];
      insistence.request({ kind: 'turnReleased', value, isLast: true }, order, (answer) => answers.push(answer));
      expect([answers, rests]).toEqual([[end], [250]]);
    }
  });
});

describe('a rest', () => {
  it('is a random part of the second half of what it may be', () => {
    expect([1, 2, 8, 1_000].map((failures) => restMs(failures, 0))).toEqual([125, 250, 15_000, 15_000]);
    expect([1, 2, 8, 1_000].map((failures) => restMs(failures, 0.5))).toEqual([188, 375, 22_500, 22_500]);
  });

  it('grows with what fails in a row, and begins anew after a quiet minute', () => {
    const streaks = new FailureStreaks();
    expect([0, 1_000, 31_000].map((now) => streaks.failed('a', now))).toEqual([1, 2, 3]);
    expect(streaks.failed('b', 40_000)).toBe(1);
    expect(streaks.failed('a', 91_001)).toBe(1);
    expect(streaks.failed('b', 91_001)).toBe(2);
  });
});
