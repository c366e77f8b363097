/** One line of a conversation. */
export type Message =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly content: string; readonly toolCalls: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly content: string; readonly toolCallId: string };

/** A model's wish to run a tool; `arguments` is JSON text, as the model wrote it. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** A tool the model may call; `parameters` is a JSON Schema. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A piece of an answer while it arrives. */
export type AnswerPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool_call'; readonly call: ToolCall };

/** Anything that answers a conversation piece by piece. */
export interface Model {
  readonly name: string;
  stream(messages: readonly Message[], tools: readonly Tool[]): AsyncIterable<AnswerPart>;
}

/** The model will refuse this request however often it is made. */
export class ModelRefusal extends Error {
  override readonly name = 'ModelRefusal';
}
