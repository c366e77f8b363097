import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advanceStreamView, emptyStreamView } from './stream-view.js';
import { TASK, entry, status, token, workflowNews } from '../test/support/streams.js';

const MESSAGES = [
  status({ state: 'catching-up', head: 4 }),
  workflowNews(1, 'WORKFLOW_STARTED'),
  token(2, 'Hel'),
  token(3, 'lo'),
  entry(4, { type: 'data', data: { any: 'thing' } }, { taskId: TASK }),
  status({ state: 'live' }),
  entry(5, { type: 'progress', progress: 0.5, details: 'half' }, { taskId: TASK }),
  workflowNews(6, 'WORKFLOW_COMPLETED'),
  status({ state: 'ended', executionStatus: 'COMPLETED' }),
];

describe('a view', () => {
  test('has the text, the progress, the rows and the status', () => {
    const { rows, connection, ...live } = advanceStreamView(emptyStreamView, MESSAGES);
    expect(live).toMatchObject({ status: 'COMPLETED', freshness: 'ended', asOf: 'e.6' });
    expect(live.tasks.get(TASK)).toMatchObject({ text: 'Hello', progress: 0.5, progressDetails: 'half' });
    expect(rows.map((row) => row.kind)).toEqual(['news', 'output', 'news']);
    expect(connection).toEqual({ state: 'ended', executionStatus: 'COMPLETED' });
  });

  test('is the same however the messages were cut into paints', () => {
    const whole = advanceStreamView(emptyStreamView, MESSAGES);
    fc.assert(
      fc.property(fc.array(fc.nat(MESSAGES.length)), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), MESSAGES.length];
        const pieces = at.slice(1).map((end, index) => MESSAGES.slice(at[index], end));
        expect(pieces.reduce(advanceStreamView, emptyStreamView)).toEqual(whole);
      }),
    );
  });

  test('a token changes the task and leaves the rows the same object', () => {
    const before = advanceStreamView(emptyStreamView, MESSAGES.slice(0, 3));
    const after = advanceStreamView(before, [token(3, 'lo')]);
    expect(after.rows).toBe(before.rows);
    expect(after.tasks).not.toBe(before.tasks);
  });

  test('a gap is a row, and a lost numbering begins the list again', () => {
    const before = advanceStreamView(emptyStreamView, MESSAGES.slice(0, 5));
    const expired = advanceStreamView(before, [{ kind: 'gap', from: 5, to: 9, reason: 'expired' }]);
    expect(expired.rows).toHaveLength(before.rows.length + 1);
    const lost = advanceStreamView(expired, [{ kind: 'gap', from: 2, to: 9, reason: 'epoch' }]);
    expect(lost.rows.map((row) => row.kind)).toEqual(['gap']);
    expect(lost.tasks.size).toBe(0);
  });

  test('keys of rows are unique, and stay when more follow', () => {
    const before = advanceStreamView(emptyStreamView, MESSAGES.slice(0, 5));
    const after = advanceStreamView(before, MESSAGES.slice(5));
    const keys = after.rows.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.slice(0, before.rows.length)).toEqual(before.rows.map(({ key }) => key));
  });
});
