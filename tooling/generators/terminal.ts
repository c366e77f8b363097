import { createInterface } from 'node:readline/promises';
import { Refusal } from './refusal.js';

/** Asks for what was not said. */
export interface Asker {
  /**
   * @param option - what says it without being asked.
   * @throws {Refusal} where nobody can be asked.
   */
  ask(question: string, option: string): Promise<string>;
  close(): void;
}

/** Asks in the terminal; without one, whoever started it is told what to say. */
export function createAsker(): Asker {
  if (!process.stdin.isTTY) {
    return {
      ask: (_question, option) => Promise.reject(new Refusal(`Say ${option}; there is no terminal to ask in.`)),
      close: () => undefined,
    };
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  return {
    ask: async (question) => (await terminal.question(`${question} `)).trim(),
    close: () => terminal.close(),
  };
}
