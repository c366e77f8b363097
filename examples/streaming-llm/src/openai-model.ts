import { EventSourceParserStream } from 'eventsource-parser/stream';
import { type AnswerPart, type Message, type Model, ModelRefusal, type Tool, type ToolCall } from './model.js';

/** Where the model is, and who asks. */
export interface OpenAiModelOptions {
  /** Up to and including the version: `http://localhost:11434/v1`. */
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  readonly name: string;
}

/** The part of a streamed chat completion that we read. */
interface Chunk {
  readonly choices?: readonly {
    readonly delta?: {
      readonly content?: string | null;
      readonly tool_calls?: readonly ToolCallDelta[];
    };
  }[];
  readonly error?: { readonly message?: string };
}

interface ToolCallDelta {
  readonly index: number;
  readonly id?: string;
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

/**
 * A model behind an OpenAI-compatible `chat/completions` endpoint.
 *
 * @throws {ModelRefusal} while streaming, when the endpoint answers with a status that a retry cannot change.
 */
export function createOpenAiModel({ baseUrl, apiKey, name }: OpenAiModelOptions): Model {
  return {
    name,
    async *stream(messages, tools) {
      const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/chat/completions`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
        },
        body: JSON.stringify({
          model: name,
          stream: true,
          messages: messages.map(toWire),
          tools: tools.map(toolToWire),
        }),
      });
      if (!response.ok || response.body === null) throw await toError(response);
      yield* readAnswer(response.body);
    },
  };
}

async function* readAnswer(body: ReadableStream<Uint8Array>): AsyncGenerator<AnswerPart> {
  const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  // A call comes in pieces: its name first, then its arguments a few characters at a time.
  const calls = new Map<number, ToolCall>();
  for await (const { data } of events) {
    if (data === '[DONE]') break;
    const chunk = JSON.parse(data) as Chunk;
    if (chunk.error !== undefined) throw new Error(`The model broke off: ${chunk.error.message ?? data}`);
    const delta = chunk.choices?.[0]?.delta;
    if (delta?.content) yield { type: 'text', text: delta.content };
    for (const piece of delta?.tool_calls ?? []) calls.set(piece.index, withPiece(calls.get(piece.index), piece));
  }
  for (const call of calls.values()) yield { type: 'tool_call', call };
}

function withPiece(call: ToolCall | undefined, piece: ToolCallDelta): ToolCall {
  return {
    id: call?.id || piece.id || '',
    name: call?.name || piece.function?.name || '',
    arguments: (call?.arguments ?? '') + (piece.function?.arguments ?? ''),
  };
}

function toWire(message: Message): object {
  if (message.role === 'tool') return { role: 'tool', content: message.content, tool_call_id: message.toolCallId };
  if (message.role !== 'assistant' || message.toolCalls.length === 0) {
    return { role: message.role, content: message.content };
  }
  const calls = message.toolCalls.map(({ id, ...call }) => ({ id, type: 'function', function: call }));
  return { role: 'assistant', content: message.content, tool_calls: calls };
}

function toolToWire(tool: Tool): object {
  return { type: 'function', function: tool };
}

/** 408, 409 and 429 ask for patience; any other status of the 4xx family says that the request itself is wrong. */
async function toError(response: Response): Promise<Error> {
  const message = `The model answered ${response.status}: ${(await response.text()).slice(0, 500)}`;
  const isWorthRetrying = response.status >= 500 || [408, 409, 429].includes(response.status);
  return isWorthRetrying ? new Error(message) : new ModelRefusal(message);
}
