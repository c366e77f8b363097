import { describe, expect, it } from 'vitest';

import { errorCodes, isErrorCode } from '../error-code.js';
import { ServiceError } from '../service-error.js';
import {
  AttemptView,
  ListEventsQuery,
  ListLogsQuery,
  ListTasksQuery,
  ListWorkflowsQuery,
  LogView,
  StartTaskBody,
  StartWorkflowBody,
  StreamQuery,
  TaskExecutionView,
  WaitingOnView,
  WorkflowActionView,
  WorkflowExecutionView,
  fromProblem,
  parseBody,
  parseQuery,
  parseTtl,
  pathTo,
  paths,
  toProblem,
} from './index.js';

const start = (body: unknown): unknown => parseBody(StartWorkflowBody, JSON.stringify(body)).body;
const query = (text: string): URLSearchParams => new URLSearchParams(text);

describe('paths', () => {
  it('are filled in and encoded', () => {
    expect(pathTo(paths.workflowTaskLogs, { org: 'dev', id: 'a/b', taskId: 'x y' })).toBe(
      '/api/orgs/dev/workflow-executions/a%2Fb/tasks/x%20y/logs',
    );
    expect(pathTo(paths.health, {})).toBe('/_/health');
  });

  it('ask for all their parameters', () => {
    // @ts-expect-error -- `id` is missing
    expect(pathTo(paths.taskStream, { org: 'dev' })).toBe('/api/orgs/dev/task-executions//stream');
  });
});

describe('the body of a start', () => {
  it('gets its defaults', () => {
    expect(start({ kind: 'pay' })).toEqual({
      kind: 'pay',
      queue: 'default',
      prioritySeconds: 0,
      idempotencyKeyTTL: '24h',
    });
    expect(parseBody(StartTaskBody, '{"kind":"pay"}').body).toMatchObject({ maxRetries: 3, queue: 'default' });
  });

  it('keeps the input as its author wrote it', () => {
    const { payload } = parseBody(StartWorkflowBody, '{"input":{"n":1.0, "big":12345678901234567890},"kind":"pay"}');
    expect(payload('input')).toBe('{"n":1.0, "big":12345678901234567890}');
    expect(payload('metadata')).toBeUndefined();
  });

  it('takes taskType for kind', () => {
    expect(parseBody(StartTaskBody, '{"taskType":"pay"}').body).toMatchObject({ kind: 'pay' });
  });

  it.each([
    [{ kind: 'pay', color: 'red' }, 'INVALID_ARGUMENT', 'The body must not have "color".'],
    [{}, 'INVALID_ARGUMENT', 'kind is missing.'],
    [{ kind: 7 }, 'INVALID_ARGUMENT', 'kind must be of type string.'],
    [{ kind: 'a b' }, 'INVALID_IDENTIFIER', 'kind must be 1 to 255'],
    [{ kind: 'pay', queue: 'q'.repeat(101) }, 'INVALID_IDENTIFIER', 'queue must be 1 to 100'],
    [{ kind: 'pay', idempotencyKeyTTL: '31d' }, 'INVALID_ARGUMENT', 'idempotencyKeyTTL must be a time'],
    [{ kind: 'pay', idempotencyKey: '' }, 'INVALID_ARGUMENT', 'idempotencyKey must have at least 1 character.'],
    [{ kind: 'pay', prioritySeconds: 1.5 }, 'INVALID_ARGUMENT', 'prioritySeconds'],
    [{ kind: 'pay', metadata: { a: { b: { c: { d: 1 } } } } }, 'INVALID_ARGUMENT', 'metadata must be at most 3 levels'],
    [
      { kind: 'pay', metadata: { a: 'x'.repeat(17_000) } },
      'INVALID_ARGUMENT',
      'metadata must have at most 16384 bytes',
    ],
    [[], 'INVALID_ARGUMENT', 'The body must be of type object.'],
  ])('%j is refused', (body, code, message) => {
    expect(() => start(body)).toThrow(expect.objectContaining({ code }));
    expect(() => start(body)).toThrow(message);
  });

  it('L07 metadata may be three levels deep with 100 keys', () => {
    const metadata = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`k${n}`, { a: { b: 1 } }]));
    expect(start({ kind: 'pay', metadata })).toMatchObject({ metadata });
    expect(() => start({ kind: 'pay', metadata: { ...metadata, more: 1 } })).toThrow('at most 100 keys');
  });

  it('L02 refuses a payload beyond 2 MiB in a body that is not too large', () => {
    const { payload } = parseBody(StartWorkflowBody, JSON.stringify({ kind: 'pay', input: 'x'.repeat(2_200_000) }));
    expect(() => payload('input')).toThrow(expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' }));
  });

  it('must be JSON, and not too deep', () => {
    expect(() => parseBody(StartWorkflowBody, '{"kind":')).toThrow(expect.objectContaining({ code: 'MALFORMED_JSON' }));
    const deep = `{"kind":"pay","input":${'['.repeat(70)}${']'.repeat(70)}}`;
    expect(() => parseBody(StartWorkflowBody, deep)).toThrow(expect.objectContaining({ code: 'JSON_TOO_COMPLEX' }));
  });

  it('may say when a task begins', () => {
    const at = (scheduledAt: string): unknown =>
      parseBody(StartTaskBody, JSON.stringify({ kind: 'pay', scheduledAt })).body;
    expect(at('2026-11-20T08:00:00+01:00')).toMatchObject({ scheduledAt: '2026-11-20T08:00:00+01:00' });
    expect(() => at('tomorrow')).toThrow('scheduledAt is not valid.');
  });
});

describe('queries', () => {
  it('get their defaults, and gather metadata', () => {
    expect(
      parseQuery(ListWorkflowsQuery, query('status=WAITING&queue=slow&metadata.customer=7&metadata.a.b=c')),
    ).toEqual({
      status: 'WAITING',
      queue: 'slow',
      metadata: { customer: '7', 'a.b': 'c' },
      limit: 50,
      offset: 0,
    });
    expect(parseQuery(ListEventsQuery, query('sinceSequence=0&limit=5'))).toEqual({ sinceSequence: 0, limit: 5 });
    expect(parseQuery(ListEventsQuery, query(''))).toEqual({});
    expect(parseQuery(StreamQuery, query('types=tokens,progress&format=plain'))).toEqual({
      types: ['tokens', 'progress'],
      format: 'plain',
    });
    expect(parseQuery(StreamQuery, query('format=json'))).toEqual({ format: 'json' });
  });

  it.each([
    [ListWorkflowsQuery, 'limit=0', 'limit must be at least 1.'],
    [ListWorkflowsQuery, 'limit=101', 'limit must be at most 100.'],
    [ListWorkflowsQuery, 'limit=ten', 'limit must be a whole number.'],
    [ListWorkflowsQuery, 'offset=-1', 'offset must be a whole number.'],
    [ListWorkflowsQuery, 'state=RUNNING', 'The query must not have "state".'],
    [ListWorkflowsQuery, 'kind=a&kind=b', 'kind is given twice.'],
    [ListTasksQuery, 'status=WAITING', 'status must be one of PENDING, RUNNING, COMPLETED, FAILED, CANCELLED.'],
    [ListLogsQuery, 'level=LOUD', 'level must be one of DEBUG, INFO, WARN, ERROR.'],
    [StreamQuery, 'types=tokens,smoke', 'types must be a list of events, tokens, progress, data, errors; not "smoke".'],
    [StreamQuery, 'types=', 'types must be a list of events, tokens, progress, data, errors; not "".'],
    [StreamQuery, 'format=xml', 'format must be one of json, plain.'],
  ])('%# %s is refused', (schema, text, message) => {
    expect(() => parseQuery(schema, query(text))).toThrow(message);
    expect(() => parseQuery(schema, query(text))).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});

describe('times to live', () => {
  it.each([
    ['30s', 30],
    ['5m', 300],
    ['2h', 7_200],
    ['30d', 2_592_000],
  ])('%s is %d seconds', (text, seconds) => {
    expect(parseTtl(text)).toBe(seconds);
  });

  it.each(['', '0s', '31d', '2592001s', '1.5h', '-1s', '5', 'h', '5w', '1h30m', ' 1h'])('%j is none', (text) => {
    expect(() => parseTtl(text)).toThrow('idempotencyKeyTTL must be a time');
  });
});

describe('problems', () => {
  it.each(Object.keys(errorCodes).filter(isErrorCode))('%s arrives as itself', (code) => {
    const problem = toProblem(new ServiceError(code, 'It went wrong.', { limit: 1, actual: 2 }), '/api/orgs/dev');
    expect(problem.status).toBe(errorCodes[code].http);
    expect(problem.error).toBe(problem.detail);
    expect(fromProblem(problem.status, JSON.parse(JSON.stringify(problem)))).toMatchObject({
      code,
      message: 'It went wrong.',
      limit: 1,
      actual: 2,
    });
  });

  it('have a page and a title', () => {
    expect(toProblem(new ServiceError('NOT_FOUND', 'x'), '/p')).toEqual({
      type: '/api/docs/errors/not-found',
      title: 'Not found',
      status: 404,
      detail: 'x',
      instance: '/p',
      error: 'x',
    });
  });

  it('write JSON in capitals', () => {
    expect(toProblem(new ServiceError('MALFORMED_JSON', 'x'), '/p').title).toBe('Malformed JSON');
    expect(toProblem(new ServiceError('JSON_TOO_COMPLEX', 'x'), '/p').title).toBe('JSON too complex');
  });

  it('of other servers are told by their status', () => {
    expect(fromProblem(502, '<html>')).toMatchObject({ code: 'UNAVAILABLE', message: 'The answer had status 502.' });
    expect(fromProblem(404, { error: 'Workflow not found' })).toMatchObject({
      code: 'NOT_FOUND',
      message: 'Workflow not found',
    });
    expect(fromProblem(429, null, '7')).toMatchObject({ code: 'RESOURCE_EXHAUSTED', retryAfterSeconds: 7 });
    expect(fromProblem(418, undefined, 'Fri, 20 Nov 2026 08:00:00 GMT')).toMatchObject({
      code: 'INVALID_ARGUMENT',
      retryAfterSeconds: undefined,
    });
  });
});

describe('views', () => {
  const common = { id: '550e8400-e29b-41d4-a716-446655440000', orgId: '550e8400-e29b-41d4-a716-446655440000' };

  it('tolerate what later servers add, and absent values in both forms', () => {
    const view: WorkflowExecutionView = {
      ...common,
      kind: 'pay',
      workflowKind: 'pay',
      status: 'WAITING',
      suspendType: 'SUSPEND_TYPE_SIGNAL',
      waitingOn: [{ type: 'SUSPEND_TYPE_SIGNAL', name: 'approval' }],
      queue: 'default',
      input: {},
      error: null,
      currentSequence: 4,
      createdAt: '2026-11-20T08:00:00.000Z',
      updatedAt: '2026-11-20T08:00:00.000Z',
      asOf: 'e1.4',
    };
    expect(WorkflowExecutionView.parse({ ...view, later: true })).toEqual(view);
  });

  it('of tasks say where the latest attempt begins', () => {
    const view: TaskExecutionView = {
      ...common,
      kind: 'pay',
      status: 'RUNNING',
      queue: 'default',
      executionCount: 2,
      maxRetries: 3,
      progress: 0.5,
      createdAt: '2026-11-20T08:00:00.000Z',
      asOf: 'e1.9',
      attemptFrom: 'e1.7',
    };
    expect(TaskExecutionView.parse(view)).toEqual(view);
    expect(TaskExecutionView.parse({ ...view, status: 'PAUSED' })).toMatchObject({ status: 'UNRECOGNIZED' });
    expect(TaskExecutionView.safeParse({ ...view, status: 7 }).success).toBe(false);
  });

  it('read words of later servers as UNRECOGNIZED', () => {
    expect(WaitingOnView.parse({ type: 'SUSPEND_TYPE_TIDE' })).toEqual({ type: 'UNRECOGNIZED' });
    const attempt = { attempt: 1, startedAt: '2026-11-20T08:00:00.000Z', status: 'LOST' };
    expect(AttemptView.parse(attempt).status).toBe('UNRECOGNIZED');
    const line = { id: '1', level: 'TRACE', message: 'm', timestamp: '2026-11-20T08:00:00.000Z' };
    expect(LogView.parse(line).level).toBe('UNRECOGNIZED');
    expect(WorkflowActionView.parse({ workflowExecutionId: common.id, status: 'PAUSED' }).status).toBe('UNRECOGNIZED');
    // What a client sends is still held to the words.
    expect(() => parseQuery(ListTasksQuery, query('status=UNRECOGNIZED'))).toThrow('status must be one of');
  });
});
