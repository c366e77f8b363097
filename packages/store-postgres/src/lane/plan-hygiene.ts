import type { Call, Statement } from './statement.js';

const discardPlans: Statement = { name: 'discard_plans', sql: 'discard plans', columns: [] };

const firstRows = 1_000;
const firstMs = 4_000;
const lastMs = 600_000;

/**
 * Keeps the plans of a connection honest.
 *
 * A plan that was made while a table was empty walks over the whole of an index, and is kept for as long as the connection
 * lives: ten times slower soon, and growing. So plans are thrown away again after some seconds and after some rows, at
 * growing intervals; making one anew costs a millisecond.
 */
export class PlanHygiene {
  static readonly statements: readonly Statement[] = [discardPlans];
  /** What a connection for writing is set to: one generic plan per statement, which looks rows up and never scans. */
  static readonly settings = [
    'set plan_cache_mode = force_generic_plan',
    'set enable_hashjoin = off',
    'set enable_mergejoin = off',
    'set enable_seqscan = off',
    'set jit = off',
  ];

  #rows = 0;
  #rowsLimit = firstRows;
  #intervalMs = firstMs;
  #due = performance.now() + firstMs;

  /** What must run before these calls. */
  before(calls: readonly Call[]): readonly Call[] {
    for (const { rows } of calls) this.#rows += rows.length;
    const now = performance.now();
    if (this.#rows < this.#rowsLimit && now < this.#due) return [];
    if (this.#rows >= this.#rowsLimit) this.#rowsLimit = this.#rows * 4;
    this.#intervalMs = Math.min(this.#intervalMs * 2, lastMs);
    this.#due = now + this.#intervalMs;
    return [{ statement: discardPlans, rows: [] }];
  }
}
