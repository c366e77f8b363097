import { Duration, TaskFailed, task, workflow } from '@flovyn/sdk';
import { type Message, type ToolCall, ModelRefusal } from './model.js';
import { modelFromEnvironment } from './choose-model.js';
import { lookUp, tools } from './look-up.js';

export { lookUp };

/** A question for the model. */
export interface PromptInput {
  readonly prompt: string;
}

/** The model's last word. */
export interface PromptOutput {
  readonly answer: string;
  /** Who answered; `scripted` when no model is configured. */
  readonly model: string;
  /** How often the model was asked: once, and once more after each round of tool calls. */
  readonly turns: number;
}

/** What one request to the model gave. */
export interface ModelAnswer {
  readonly model: string;
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
}

const INSTRUCTIONS = 'You explain durable workflows to newcomers. Look up a term before you rely on it. Be brief.';
const MAX_TURNS = 5;

/**
 * Asks the model, runs the tools it calls, and asks again with their results, until it answers without calling one.
 *
 * Every request and every tool is a task, so each happens once however often the workflow's worker is restarted; the
 * conversation itself needs no database, it is rebuilt from the history.
 */
export const streamingLlm = workflow<PromptInput, PromptOutput>({
  name: 'streaming-llm',
  description: 'Lets a language model answer a prompt, with tools, streaming its words.',
  async run(ctx, { prompt }) {
    if (typeof prompt !== 'string') throw new Error('The input must be { "prompt": "…" }.');
    const messages: Message[] = [
      { role: 'system', content: INSTRUCTIONS },
      { role: 'user', content: prompt },
    ];
    for (let turn = 1; turn <= MAX_TURNS; turn++) {
      const answer = await ctx.schedule(llmRequest, { messages: [...messages] });
      if (answer.toolCalls.length === 0) return { answer: answer.text, model: answer.model, turns: turn };

      const results = await Promise.all(answer.toolCalls.map((call) => ctx.schedule(lookUp, call)));
      messages.push({ role: 'assistant', content: answer.text, toolCalls: answer.toolCalls }, ...results);
    }
    throw new Error(`The model kept calling tools and gave no answer in ${MAX_TURNS} turns.`);
  },
});

/**
 * One request to a language model. Words are streamed as tokens while they arrive, tool calls as data; the result is
 * the whole answer, because only results are part of the history.
 */
export const llmRequest = task<{ readonly messages: readonly Message[] }, ModelAnswer>({
  name: 'llm-request',
  description: 'Streams the answer of an OpenAI-compatible model, or of a scripted one when none is configured.',
  usesStreaming: true,
  timeout: Duration.minutes(5),
  async run(ctx, { messages }) {
    const model = modelFromEnvironment();
    ctx.streamData({ type: 'model', name: model.name });
    let text = '';
    const toolCalls: ToolCall[] = [];
    try {
      for await (const part of model.stream(messages, tools)) {
        ctx.checkCancellation();
        if (part.type === 'text') {
          text += part.text;
          ctx.streamToken(part.text);
        } else {
          toolCalls.push(part.call);
          ctx.streamData({ type: 'tool_call_start', tool_call: part.call });
        }
      }
    } catch (error) {
      // A wrong key or a malformed request stays wrong; everything else is worth another attempt.
      if (error instanceof ModelRefusal) throw new TaskFailed(error.message, ctx.taskExecutionId, false, error);
      throw error;
    }
    return { model: model.name, text, toolCalls };
  },
});
