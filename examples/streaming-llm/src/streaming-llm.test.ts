import { TaskCancelled, TaskFailed } from '@flovyn/sdk';
import { MockTaskContext, MockWorkflowContext } from '@flovyn/sdk/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { lookUp } from './look-up.js';
import type { Message } from './model.js';
import { SCRIPTED_ANSWER, SCRIPTED_OPENING } from './scripted-model.js';
import { llmRequest, streamingLlm } from './streaming-llm.js';
import { startFakeModelServer } from '../test/fake-model-server.js';

const question: Message[] = [{ role: 'user', content: 'Why?' }];

beforeEach(() => {
  vi.stubEnv('OPENAI_BASE_URL', undefined);
  vi.stubEnv('OPENAI_API_KEY', undefined);
  vi.stubEnv('SCRIPTED_WORD_DELAY_MS', '0');
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the scripted model', () => {
  test('streams its opening word by word and calls a tool', async () => {
    const ctx = new MockTaskContext();
    const answer = await llmRequest.run(ctx, { messages: question });
    expect(ctx.streamedTokens.length).toBeGreaterThan(5);
    expect(ctx.streamedTokens.join('')).toBe(SCRIPTED_OPENING);
    expect(answer).toMatchObject({ model: 'scripted', text: SCRIPTED_OPENING, toolCalls: [{ name: 'look_up' }] });
    expect(ctx.streamedData).toEqual([
      { type: 'model', name: 'scripted' },
      { type: 'tool_call_start', tool_call: answer.toolCalls[0] },
    ]);
  });

  test('answers when it has the result of its tool, and says that it is scripted', async () => {
    const ctx = new MockTaskContext();
    const messages: Message[] = [...question, { role: 'tool', content: 'facts', toolCallId: 'call_1' }];
    const answer = await llmRequest.run(ctx, { messages });
    expect(answer).toEqual({ model: 'scripted', text: SCRIPTED_ANSWER, toolCalls: [] });
    expect(answer.text).toContain('scripted');
  });

  test('stops between two words when it is cancelled', async () => {
    const ctx = new MockTaskContext();
    ctx.markCancelled();
    await expect(llmRequest.run(ctx, { messages: question })).rejects.toBeInstanceOf(TaskCancelled);
    expect(ctx.streamedTokens).toEqual([]);
  });
});

describe('an OpenAI-compatible model', () => {
  test('streams words and puts the pieces of a tool call together', async () => {
    await using server = await startFakeModelServer({
      deltas: [
        { content: 'Wél' },
        { content: 'l, 👋' },
        { tool_calls: [{ index: 0, id: 'c1', function: { name: 'look_up', arguments: '{"te' } }] },
        { tool_calls: [{ index: 0, function: { arguments: 'rm":"task"}' } }] },
      ],
    });
    vi.stubEnv('OPENAI_BASE_URL', server.baseUrl);
    vi.stubEnv('OPENAI_API_KEY', 'a-key');
    vi.stubEnv('OPENAI_MODEL', 'some-model');
    const ctx = new MockTaskContext();
    const answer = await llmRequest.run(ctx, { messages: question });
    expect(ctx.streamedTokens).toEqual(['Wél', 'l, 👋']);
    expect(answer).toEqual({
      model: 'some-model',
      text: 'Wéll, 👋',
      toolCalls: [{ id: 'c1', name: 'look_up', arguments: '{"term":"task"}' }],
    });
    expect(server.requests).toMatchObject([
      { authorization: 'Bearer a-key', body: { model: 'some-model', stream: true, messages: question } },
    ]);
  });

  test('sends calls and results back in the words of the endpoint', async () => {
    await using server = await startFakeModelServer({ deltas: [{ content: 'Done.' }] });
    vi.stubEnv('OPENAI_BASE_URL', server.baseUrl);
    const call = { id: 'c1', name: 'look_up', arguments: '{}' };
    await llmRequest.run(new MockTaskContext(), {
      messages: [
        { role: 'assistant', content: '', toolCalls: [call] },
        { role: 'tool', content: 'facts', toolCallId: 'c1' },
      ],
    });
    expect(server.requests[0]?.body.messages).toEqual([
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look_up', arguments: '{}' } }],
      },
      { role: 'tool', content: 'facts', tool_call_id: 'c1' },
    ]);
  });

  test.each([
    [401, false],
    [429, true],
    [503, true],
  ])('an answer of %i may be retried: %s', async (status, isRetryable) => {
    await using server = await startFakeModelServer({ status });
    vi.stubEnv('OPENAI_BASE_URL', server.baseUrl);
    const error: unknown = await llmRequest
      .run(new MockTaskContext(), { messages: question })
      .catch((caught: unknown) => caught);
    expect(String(error)).toContain(`answered ${status}`);
    expect(!(error instanceof TaskFailed) || error.retryable).toBe(isRetryable);
  });
});

describe('the tool', () => {
  const call = { id: 'c1', name: 'look_up', arguments: '{"term":"History"}' };

  test('explains a term and streams the result', async () => {
    const ctx = new MockTaskContext();
    expect(await lookUp.run(ctx, call)).toMatchObject({ role: 'tool', toolCallId: 'c1' });
    expect(ctx.streamedData).toMatchObject([{ type: 'tool_call_end', result: { is_error: false } }]);
  });

  test.each([
    [{ ...call, name: 'rm' }, 'no tool'],
    [{ ...call, arguments: 'not json' }, 'arguments'],
    [{ ...call, arguments: '{"term":"toString"}' }, 'not in the glossary'],
  ])('tells the model what was wrong with %o', async (wrong, reason) => {
    const ctx = new MockTaskContext();
    expect((await lookUp.run(ctx, wrong)).content).toContain(reason);
    expect(ctx.streamedData).toMatchObject([{ result: { is_error: true } }]);
  });
});

describe('the workflow', () => {
  const call = { id: 'c1', name: 'look_up', arguments: '{"term":"task"}' };
  const withCall = { model: 'm', text: 'Wait. ', toolCalls: [call] };

  test('asks again with the results of the tools', async () => {
    const ctx = new MockWorkflowContext();
    ctx.mockTaskResult(llmRequest, withCall);
    ctx.mockTaskResult(lookUp, { role: 'tool', content: 'facts', toolCallId: 'c1' });
    ctx.mockTaskResult(llmRequest, { model: 'm', text: 'Because.', toolCalls: [] });
    expect(await streamingLlm.run(ctx, { prompt: 'Why?' })).toEqual({ answer: 'Because.', model: 'm', turns: 2 });
    expect(ctx.executedTasks.map(({ taskName }) => taskName)).toEqual(['llm-request', 'look-up-task', 'llm-request']);
    expect(ctx.executedTasks[2]?.input).toMatchObject({
      messages: [
        { role: 'system' },
        { role: 'user', content: 'Why?' },
        { role: 'assistant', toolCalls: [call] },
        { role: 'tool', content: 'facts' },
      ],
    });
  });

  test('says what it needs when it is not given a prompt', async () => {
    const run = streamingLlm.run(new MockWorkflowContext(), {} as { prompt: string });
    await expect(run).rejects.toThrow('The input must be');
  });

  test('gives up on a model that never answers', async () => {
    const ctx = new MockWorkflowContext();
    for (let turn = 0; turn < 5; turn++) {
      ctx.mockTaskResult(llmRequest, withCall);
      ctx.mockTaskResult(lookUp, { role: 'tool', content: 'facts', toolCallId: 'c1' });
    }
    await expect(streamingLlm.run(ctx, { prompt: 'Why?' })).rejects.toThrow('no answer in 5 turns');
  });
});
