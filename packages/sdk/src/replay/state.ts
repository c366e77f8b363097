import { type Json } from '@flovyn/protocol';
import { deserialize, serialize } from '../serde.js';
import type { Core } from './core.js';
import { type Fact, textOf } from './fact.js';

interface RecordedWrite {
  readonly type: 'StateSet' | 'StateCleared';
  readonly key: string | undefined;
}

/** What an execution keeps by key. Rebuilt by the code on every replay, so reading never sees the future. */
export class WorkflowState {
  readonly #core: Core;
  readonly #class;
  readonly #values = new Map<string, Json>();

  constructor(core: Core) {
    this.#core = core;
    this.#class = core.commandClass<RecordedWrite>();
  }

  get<T>(key: string): T | null {
    const text = this.#values.get(key);
    return text === undefined ? null : deserialize<T>(text);
  }

  keys(): string[] {
    return [...this.#values.keys()];
  }

  set(key: string, value: unknown): void {
    this.#core.assertMayWrite(`ctx.set('${key}')`);
    const text = serialize(value);
    if (this.#isNew('StateSet', key)) this.#core.commands.push({ type: 'SET_STATE', key, value: text });
    this.#values.set(key, text);
  }

  clear(key: string): void {
    this.#core.assertMayWrite(`ctx.clear('${key}')`);
    if (this.#isNew('StateCleared', key)) this.#core.commands.push({ type: 'CLEAR_STATE', key });
    this.#values.delete(key);
  }

  clearAll(): void {
    this.#core.assertMayWrite('ctx.clearAll()');
    for (const key of this.keys()) this.clear(key);
  }

  record(fact: Fact): void {
    this.#class.record({
      type: fact.type === 'STATE_SET' ? 'StateSet' : 'StateCleared',
      key: textOf(fact.data, 'key'),
    });
  }

  #isNew(type: RecordedWrite['type'], key: string): boolean {
    const { index, recorded } = this.#class.call();
    if (recorded === undefined) {
      this.#class.issue({ type, key });
      return true;
    }
    if (recorded.type !== type) {
      this.#core.violate({ type: 'TypeMismatch', sequence: index, expected: recorded.type, actual: type });
    }
    if (recorded.key !== undefined && recorded.key !== key) {
      this.#core.violate({ type: 'StateKeyMismatch', sequence: index, expected: recorded.key, actual: key });
    }
    return false;
  }
}
