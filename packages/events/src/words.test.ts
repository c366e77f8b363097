import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import notYetProduced from '../contract/not-yet-produced.json' with { type: 'json' };
import { formatCursor, parseCursor } from './cursor.js';
import { suspendType, suspendTypeNumber } from './enums.js';
import { historyEventTypes, historyToStream, unannouncedHistory } from './history-names.js';
import { executionIdOfTask, isExecutionId, isTaskId, parseExecutionId, parseTaskId } from './ids.js';
import { stateEventNames } from './names.js';
import { firstSuspendType, suspendTypePrecedence } from './suspend.js';
import { arbitraries } from './testing/arbitraries.js';

const uuid = '018f6b2e-0000-7000-8000-000000000001';

describe('ids', () => {
  it.each(['', 'x', uuid.slice(1), `${uuid} `, `${uuid}\n`, uuid.replaceAll('-', ''), `{${uuid}}`])(
    '%j is not an id',
    (text) => {
      expect(parseExecutionId(text)).toBeUndefined();
      expect(parseTaskId(text)).toBeUndefined();
      expect(isExecutionId(text)).toBe(false);
    },
  );

  it('are kept in lower case', () => {
    expect(parseExecutionId(uuid.toUpperCase())).toBe(uuid);
    expect(isTaskId(uuid.toUpperCase())).toBe(false);
    expect(isTaskId(uuid)).toBe(true);
  });

  it('may be of any version', () => {
    expect(parseExecutionId('00000000-0000-0000-0000-000000000001')).toBeDefined();
  });

  it("a standalone task's stream has the task's id", () => {
    const task = parseTaskId(uuid);
    expect(task && executionIdOfTask(task)).toBe(uuid);
  });
});

describe('cursors', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(arbitraries(fc).cursor, (cursor) => {
        expect(parseCursor(formatCursor(cursor))).toEqual(cursor);
      }),
    );
  });

  it.each(['', '7', 'e.', '.7', 'e.-1', 'e.07', 'e.1.5', 'e.7 ', 'e f.7', 'e.9007199254740993', `${'e'.repeat(65)}.1`])(
    '%j is not a cursor',
    (text) => {
      expect(parseCursor(text)).toBeUndefined();
    },
  );
});

describe('suspension', () => {
  it('has the numbers of the protocol', () => {
    expect(Object.values(suspendType).map((word) => suspendTypeNumber[word])).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('is named by work in progress, then a person, then the clock', () => {
    expect(suspendTypePrecedence.map((type) => type.replace('SUSPEND_TYPE_', ''))).toEqual([
      'TASK',
      'CHILD_WORKFLOW',
      'SIGNAL',
      'PROMISE',
      'TIMER',
    ]);
    expect(firstSuspendType([{ type: suspendType.TIMER }, { type: suspendType.SIGNAL }])).toBe(suspendType.SIGNAL);
    expect(firstSuspendType([{ type: suspendType.SIGNAL }, { type: suspendType.TASK }])).toBe(suspendType.TASK);
    expect(firstSuspendType([{ type: 'UNRECOGNIZED' }])).toBe(suspendType.UNSPECIFIED);
    expect(firstSuspendType([])).toBe(suspendType.UNSPECIFIED);
  });

  it('a signal names it only when nothing runs', () => {
    const waits = fc.array(fc.record({ type: fc.constantFrom(...Object.values(suspendType)) }));
    fc.assert(
      fc.property(waits, (waitingOn) => {
        const isIdle = !waitingOn.some(({ type }) => type === suspendType.TASK || type === suspendType.CHILD_WORKFLOW);
        const hasSignal = waitingOn.some(({ type }) => type === suspendType.SIGNAL);
        expect(firstSuspendType(waitingOn) === suspendType.SIGNAL).toBe(isIdle && hasSignal);
      }),
    );
  });
});

describe('history', () => {
  it('every fact is announced by an event that exists, or says why not', () => {
    for (const type of historyEventTypes) {
      const event = historyToStream[type];
      if (event === null) expect(unannouncedHistory).toHaveProperty(type);
      else expect(stateEventNames).toContain(event);
    }
  });

  it('the events without a fact are those that only a change of status tells', () => {
    const announced = new Set<string | null>(Object.values(historyToStream));
    const produced = stateEventNames.filter((name) => !Object.hasOwn(notYetProduced, name));
    expect(produced.filter((name) => !announced.has(name))).toEqual([
      'WORKFLOW_STARTED',
      'WORKFLOW_RESUMED',
      'TASK_STARTED',
    ]);
  });
});
