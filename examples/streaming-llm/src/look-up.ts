import { task } from '@flovyn/sdk';
import type { Message, Tool, ToolCall } from './model.js';

const GLOSSARY: Readonly<Record<string, string>> = {
  workflow: 'Code that decides what happens next. It must do the same thing every time it sees the same history.',
  task: 'Code that acts on the world. It may be repeated, so it should not mind being run twice.',
  history: 'The ordered facts of one execution: what was scheduled, what finished, with which result.',
  replay: 'Running workflow code again, giving it the results its history recorded.',
  worker: 'A process that runs workflow and task code. It may die at any time; its work goes to another one.',
};

/** The tools the model may call. */
export const tools: readonly Tool[] = [
  {
    name: 'look_up',
    description: `Explains a term. Known terms: ${Object.keys(GLOSSARY).join(', ')}.`,
    parameters: {
      type: 'object',
      properties: { term: { type: 'string' } },
      required: ['term'],
      additionalProperties: false,
    },
  },
];

/**
 * Runs one tool call and gives its result as a message for the model.
 *
 * A call that makes no sense is an answer too, not a failure: the model reads why and can do better.
 */
export const lookUp = task<ToolCall, Message>({
  name: 'look-up-task',
  description: 'Explains a term from the glossary, for the model.',
  usesStreaming: true,
  run: async (ctx, call) => {
    const { content, isError } = answerTo(call);
    ctx.streamData({
      type: 'tool_call_end',
      tool_call: { id: call.id, name: call.name },
      result: { content, is_error: isError },
    });
    return { role: 'tool', content, toolCallId: call.id };
  },
});

function answerTo(call: ToolCall): { content: string; isError: boolean } {
  if (call.name !== 'look_up') return { content: `There is no tool called "${call.name}".`, isError: true };
  const term = termOf(call.arguments);
  if (term === undefined) return { content: 'The arguments must be {"term": "…"}.', isError: true };
  const meaning = Object.hasOwn(GLOSSARY, term) ? GLOSSARY[term] : undefined;
  return meaning === undefined
    ? { content: `"${term}" is not in the glossary. Known: ${Object.keys(GLOSSARY).join(', ')}.`, isError: true }
    : { content: meaning, isError: false };
}

function termOf(json: string): string | undefined {
  try {
    const { term } = JSON.parse(json) as { term?: unknown };
    return typeof term === 'string' ? term.toLowerCase() : undefined;
  } catch {
    // What a model writes as JSON need not be any.
    return undefined;
  }
}
