import { setTimeout as sleep } from 'node:timers/promises';
import type { AnswerPart, Message, Model } from './model.js';

/** What the scripted model says before it looks something up. */
export const SCRIPTED_OPENING = 'Let me look up what a history is before I answer. ';

/** What the scripted model says in the end, whatever was asked. */
export const SCRIPTED_ANSWER =
  'A durable workflow writes every step it has finished into a history, so a crash can take away its process but not ' +
  'its past. After the crash another worker runs the same code again and hands it the recorded results, until it stands ' +
  'exactly where the first one fell. From there it simply goes on: nothing that was done is done twice, and nothing ' +
  'that was promised is forgotten.\n\n' +
  '(These words are scripted. Set OPENAI_BASE_URL or OPENAI_API_KEY for the demo worker, and a real model answers.)';

/** Options of {@link createScriptedModel}. */
export interface ScriptedModelOptions {
  /** Pause before each word, 45 ms when absent: about as fast as a hosted model speaks. */
  readonly wordDelayMs?: number | undefined;
}

/** A model that needs no network: it calls a tool, waits for its result, and gives a fixed answer word by word. */
export function createScriptedModel({ wordDelayMs = wordDelay() }: ScriptedModelOptions = {}): Model {
  return {
    name: 'scripted',
    async *stream(messages) {
      for (const part of nextLine(messages)) {
        if (wordDelayMs > 0) await sleep(wordDelayMs);
        yield part;
      }
    },
  };
}

function wordDelay(): number {
  return Number(process.env['SCRIPTED_WORD_DELAY_MS'] ?? 45);
}

function nextLine(messages: readonly Message[]): AnswerPart[] {
  if (messages.at(-1)?.role === 'tool') return words(SCRIPTED_ANSWER);
  const call = { id: 'call_1', name: 'look_up', arguments: '{"term":"history"}' };
  return [...words(SCRIPTED_OPENING), { type: 'tool_call', call }];
}

/** A word with the space after it; joined they are the text again. */
function words(text: string): AnswerPart[] {
  return (text.match(/\S+\s*/g) ?? []).map((word) => ({ type: 'text', text: word }));
}
