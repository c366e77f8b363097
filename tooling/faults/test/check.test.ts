import { describe, expect, it } from 'vitest';
import { CHECKS, check } from '../src/check/check.js';
import type { CaptureLine, Evidence, Op } from '../src/check/evidence.js';
import { type Draft, OTHERS, soundEvidence } from './support/sound-evidence.js';

type Break = (evidence: Draft<Evidence>) => unknown;
type Line = Draft<CaptureLine>;

const op = (evidence: Draft<Evidence>, id: string): Draft<Op> => found(evidence.ops.find((each) => each.id === id));
const fact = ({ dump }: Draft<Evidence>, type: string) => found(dump.facts.find((each) => each.type === type));
const execution = ({ dump }: Draft<Evidence>, id: string) => found(dump.executions.find((each) => each.id === id));
const task = ({ dump }: Draft<Evidence>) => found(dump.tasks[0]);
const lines = ({ captures }: Draft<Evidence>, name = 'reader of naps-1'): Line[] =>
  found(captures.find((capture) => capture.name === name)).lines;
const newsAt = (of: Line[], name: string): number =>
  of.findIndex((line) => line.type === 'entry' && line.name === name);
const frames = ({ dump }: Draft<Evidence>, attempt: number) =>
  dump.frames.filter((frame) => frame.attempt === attempt && frame.event.type !== 'Event');

function found<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('The sound evidence has no such thing');
  return value;
}

/** Takes an entry of the log away, so that all others move up: everything else stays sound. */
function loseEntry({ dump }: Draft<Evidence>, lost: object): void {
  dump.frames.splice(dump.frames.indexOf(lost as never), 1);
}

/** For each check, evidence that was broken by hand, and what it must say about it. */
const BROKEN: Readonly<Record<string, Readonly<Record<string, readonly [Break, RegExp]>>>> = {
  C1: {
    'a fact is missing': [(e) => e.dump.facts.splice(2, 1), /history has 4 where 3/],
    'a number is given twice': [(e) => (found(e.dump.frames[3]).seq = 3), /stream has 3 where 4/],
    'the head is ahead': [(e) => (execution(e, 'notes-1').head += 1), /its head is 5/],
    'a family has a hole': [(e) => e.dump.runs.splice(3, 1), /stream of its family has 8 where 7/],
    'a member is not in its family': [
      (e) => {
        e.dump.runs.pop();
        e.dump.families.set('family-1', 7);
      },
      /In the stream of its family it has 4 of 6/,
    ],
  },
  C2: {
    'a task is closed twice': [
      (e) => e.dump.facts.push({ ...fact(e, 'TASK_COMPLETED'), sequence: 99 }),
      /closed twice/,
    ],
    'what was never opened is closed': [(e) => (fact(e, 'TIMER_FIRED').data['timerId'] = 'other'), /never opened/],
    'a fact follows the end': [
      (e) => e.dump.facts.push({ ...fact(e, 'SIGNAL_RECEIVED'), sequence: 5 }),
      /SIGNAL_RECEIVED at 5 follows WORKFLOW_COMPLETED/,
    ],
    'an entry follows the end': [
      (e) => {
        const last = found(e.dump.frames.findLast(({ executionId }) => executionId === 'notes-1'));
        e.dump.frames.push({ ...last, seq: last.seq + 1 });
      },
      /In its stream, WORKFLOW_COMPLETED at 4/,
    ],
  },
  C3: {
    'an acknowledged start has vanished': [
      (e) => (execution(e, 'notes-1').input = { op: 'other' }),
      /nothing came of it/,
    ],
    'an acknowledged signal has vanished': [
      (e) => (fact(e, 'SIGNAL_RECEIVED').data['signalValue'] = 'other'),
      /note-a was acknowledged/,
    ],
    'a refused signal has arrived': [(e) => (op(e, 'note-a').outcome = 'fail'), /note-a was refused, and happened/],
    'something else began': [(e) => (execution(e, 'naps-1').input = { op: 'naps-1', napsMs: [40] }), /asked for/],
    'one server does not know of it': [
      (e) => Object.assign(op(e, 'look'), { outcome: 'fail', status: 404 }),
      /one server answers 404/,
    ],
  },
  C4: {
    'two workers begin one attempt': [
      (e) => e.attempts.push({ ...found(e.attempts[2]), worker: 'w0.1' }),
      /begun by w1.1 and w0.1/,
    ],
    'a stranger writes': [
      (e) => Object.assign(found(frames(e, 2)[4]).event, { text: 'w0.1:5 ' }),
      /w0.1 wrote entry .* held by w1.1/,
    ],
    'a worker of another queue gets it': [(e) => (task(e).queue = 'side'), /was given to w0.1/],
    'an attempt was never given out': [
      (e) => (task(e).attempts = 1),
      /Attempt 2 of task task-1 was begun, and 1 were given out/,
    ],
    'nobody has completed it': [(e) => e.attempts.pop(), /which nobody has completed/],
    'attempts overlap': [
      (e) => e.dump.attempts.push({ task: 'task-1', attempt: 2, startedAt: -2_000, finishedAt: 30 }),
      /before the one before it had ended/,
    ],
  },
  C5: {
    'news is left out': [
      (e) => lines(e).splice(newsAt(lines(e), 'TIMER_FIRED'), 1),
      /was told .* where the history says TIMER_FIRED/,
    ],
    'news is swapped': [
      (e) => {
        const all = lines(e);
        const [fired, created] = [newsAt(all, 'TIMER_FIRED'), newsAt(all, 'TASK_CREATED')];
        [all[fired], all[created]] = [found(all[created]), found(all[fired])];
      },
      /was told TASK_CREATED task-1 where the history says TIMER_FIRED sleep-1/,
    ],
    'the history says more': [
      (e) => e.dump.facts.push({ execution: 'notes-1', sequence: 5, at: 9, type: 'STATE_SET', data: { key: 'k' } }),
      /was told undefined where the history says STATE_SET k/,
    ],
  },
  C6: {
    'an entry is missing': [(e) => lines(e).splice(10, 1), /never told e.11, and no gap/],
    'an entry comes twice': [(e) => lines(e).splice(10, 0, found(lines(e)[9])), /told e.10 twice/],
    'entries are swapped': [
      (e) => lines(e).splice(9, 2, found(lines(e)[10]), found(lines(e)[9])),
      /told e.10 after e.11/,
    ],
    'it saw what is not stored': [
      (e) => Object.assign(found(lines(e)[9]), { digest: 'other' }),
      /which is not stored, and no gap/,
    ],
    'it saw news that is not stored': [
      (e) => Object.assign(found(lines(e)[0]), { digest: 'other' }),
      /told WORKFLOW_CREATED at e.1, which is not stored/,
    ],
    'a gap holds news': [
      (e) => lines(e).splice(2, 3, { type: 'gap', from: 3, to: 5, reason: 'expired' }),
      /never told the news at e.3/,
    ],
    'its client found a gap': [
      (e) => lines(e).splice(10, 1, { type: 'gap', from: 11, to: 11, reason: 'missing' }),
      /11 to 11 were left out/,
    ],
    'the end is missing': [(e) => (found(e.captures[0]).hasEnded = false), /did not come to the end/],
    'a family is out of order': [
      (e) =>
        lines(e, 'reader of the family').splice(5, 2, ...lines(e, 'reader of the family').slice(5, 7).toReversed()),
      /reader of the family: it was told f.6 after f.7/,
    ],
    'a line cannot be read': [(e) => lines(e).push({ type: 'odd', what: '?' }), /could not read \?/],
  },
  C7: {
    'a word is missing': [(e) => loseEntry(e, found(frames(e, 2)[3])), /at least 1 of its entries are missing/],
    'the last words are missing': [
      (e) => loseEntry(e, found(frames(e, 1)[5])),
      /at least 1 of its entries are missing/,
    ],
    'a word is said twice': [
      (e) => Object.assign(found(frames(e, 2)[3]).event, { text: 'w1.1:3 ' }),
      /word 3 at .* came after word 3/,
    ],
    'words are swapped': [
      (e) => {
        Object.assign(found(frames(e, 2)[3]).event, { text: 'w1.1:5 ' });
        Object.assign(found(frames(e, 2)[4]).event, { text: 'w1.1:4 ' });
      },
      /word 4 at .* came after word 5/,
    ],
    'a word lies outside of its attempt': [(e) => (found(frames(e, 2)[0]).attempt = 1), /Entry \d+: /],
    'nothing was heard': [
      (e) => {
        for (const frame of frames(e, 2)) loseEntry(e, frame);
      },
      /Nothing of task-1 2 is stored/,
    ],
  },
  C8: {
    'a start happened twice': [
      (e) => e.dump.executions.push({ ...execution(e, 'notes-1'), id: 'notes-9' }),
      /notes-1 \(start\) was tried 1 times, and happened 2 times/,
    ],
    'a signal arrived twice': [
      (e) => e.dump.facts.push({ ...fact(e, 'SIGNAL_RECEIVED'), sequence: 9 }),
      /note-a \(signal\)/,
    ],
    'a cancellation was asked for twice': [
      (e) => e.dump.facts.push({ ...fact(e, 'CANCELLATION_REQUESTED'), sequence: 9 }),
      /endless-cancel \(cancel\)/,
    ],
  },
  C9: {
    'an execution never ends': [(e) => (execution(e, 'notes-1').status = 'WAITING'), /notes is still WAITING/],
    'a task is still held': [(e) => (task(e).isClaimed = true), /still claimed/],
    'an alarm is still set': [
      (e) => e.dump.leftovers.push({ what: 'the alarm of a timer', execution: 'naps-1' }),
      /still the alarm of a timer/,
    ],
    'a wait is still open': [
      (e) => e.dump.openWaits.push({ execution: 'naps-1', key: 'sleep-1' }),
      /still waits for sleep-1/,
    ],
    'a key points nowhere': [(e) => (found(e.dump.keys[0]).targetId = 'nowhere'), /not there/],
    'a server has died of a fault': [(e) => e.extent.fatalities.push('a rejection'), /did not expect: a rejection/],
  },
  C10: {
    'a sum is wrong': [(e) => (execution(e, 'family-1').output = 3), /family gave 3, not 2/],
    'notes are out of order': [(e) => (execution(e, 'notes-1').output = ['note-b', 'note-a']), /notes gave/],
    'nobody promised it': [(e) => (execution(e, 'pledge-1').output = 'value-z'), /nobody promised/],
    'it failed': [(e) => (execution(e, 'naps-1').status = 'FAILED'), /naps ended as FAILED/],
  },
  C11: {
    'a stream shows what is others’': [
      (e) => (execution(e, 'family-2').org = OTHERS),
      /another organisation's execution/,
    ],
    'others are let in': [(e) => Object.assign(op(e, 'spy'), { outcome: 'fail', status: 200 }), /was answered 200/],
    'a task is others’': [(e) => (task(e).org = OTHERS), /Task task-1 is another/],
  },
  C12: {
    'it fires early': [(e) => (fact(e, 'TIMER_STARTED').data['fireAtMs'] = 9_999), /fired \d+ ms early/],
    'it fires twice': [(e) => e.dump.facts.push({ ...fact(e, 'TIMER_FIRED'), sequence: 99 }), /fired 2 times/],
    'it never fires': [(e) => (fact(e, 'TIMER_FIRED').type = 'TIMER_FORGOTTEN'), /never fired/],
    'it fires and is given up': [
      (e) => e.dump.facts.push({ ...fact(e, 'TIMER_FIRED'), type: 'TIMER_CANCELLED', sequence: 99 }),
      /was given up/,
    ],
  },
  C13: {
    'there were few operations': [(e) => (e.extent.minutes = 3), /only 13 acknowledged operations, and 1002/],
    'there were few faults': [(e) => Object.assign(e.extent, { minutes: 3, faults: 59 }), /only 59 faults, and 180/],
    'nobody came back': [(e) => (e.extent.minutes = 3), /only 0 resumed connections, and 102/],
    'too much had no answer': [(e) => (op(e, 'note-a').outcome = 'unknown'), /only 10 successful ones/],
  },
};

it('finds nothing wrong with a run that kept every promise', () => {
  expect(check(soundEvidence())).toEqual([]);
});

describe.each(Object.keys(CHECKS))('%s', (name) => {
  it('is broken by hand at least twice', () => {
    expect(Object.keys(BROKEN[name] ?? {}).length).toBeGreaterThanOrEqual(2);
  });

  it.each(Object.entries(BROKEN[name] ?? {}))('%s', (_what, [breakIt, message]) => {
    const evidence = soundEvidence();
    breakIt(evidence);
    const violations = CHECKS[name]?.(evidence) ?? [];
    expect(violations.map((violation) => violation.message)).toContainEqual(expect.stringMatching(message));
    expect(new Set(violations.map((violation) => violation.check))).toEqual(new Set([name]));
  });
});

describe('what a fault may cost', () => {
  it('is output that a gap of a crash has taken back, and that is told again', () => {
    const evidence = soundEvidence();
    const all = lines(evidence);
    const lost: Line[] = all.slice(9, 11).map((line) => ({ ...line, digest: 'lost' }) as Line);
    all.splice(9, 0, ...lost, { type: 'cut' }, { type: 'gap', from: 10, to: 11, reason: 'epoch' });
    expect(check(evidence)).toEqual([]);
  });

  it('is the end of what a lost worker has said', () => {
    const evidence = soundEvidence();
    evidence.attempts.splice(1, 1);
    const news = evidence.dump.frames.find(({ event }) => event.type === 'Event' && event.event === 'TASK_FAILED');
    Object.assign(found(news).event, {
      data: { id: 'task-1', status: 'PENDING', executionCount: 1, error: 'worker lost' },
    });
    loseEntry(evidence, found(frames(evidence, 1)[5]));
    expect(CHECKS['C7']?.(evidence)).toEqual([]);
  });

  it('is as much output as an entry says is lost, joined tokens counted once', () => {
    const evidence = soundEvidence();
    const [, , third, fourth] = frames(evidence, 2);
    loseEntry(evidence, found(third));
    Object.assign(found(fourth), { event: { type: 'error', code: 'STREAM_LOSS', message: '1 stream entry was lost' } });
    expect(CHECKS['C7']?.(evidence)).toEqual([]);
  });

  it('is not a refusal whose first answer was lost', () => {
    const evidence = soundEvidence();
    Object.assign(op(evidence, 'value-a'), { outcome: 'fail', tries: 2, status: 412 });
    expect(CHECKS['C3']?.(evidence)).toEqual([]);
  });
});
