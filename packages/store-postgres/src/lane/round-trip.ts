import type { Connection, FieldDef, Submittable } from 'pg';
import type { TextRow } from '../text-row.js';

/**
 * A group of messages that the server answers at once, given to `client.query` in the place of a query.
 *
 * The driver lets go of the active query at the first error, before the server is ready again: so an error is answered
 * right there. Waiting for "ready" after it would wait for ever.
 */
export class RoundTrip implements Submittable {
  readonly #messages: Buffer;
  readonly #answered: Deferred;
  #rows: TextRow[][] = [];
  #fields: readonly string[] = [];
  #current: TextRow[] = [];

  constructor(messages: Buffer) {
    this.#messages = messages;
    this.#answered = defer();
  }

  /** Rows of each statement, in the order of the statements. */
  get answer(): Promise<Rows> {
    return this.#answered.promise;
  }

  fail(error: Error): void {
    this.#answered.reject(error);
  }

  submit(connection: Connection): void {
    connection.stream.write(this.#messages);
  }

  handleRowDescription(message: { readonly fields: readonly FieldDef[] }): void {
    this.#fields = message.fields.map((field) => field.name);
  }

  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void {
    // Statements that nobody reads are not described; what they answer is passed over.
    if (this.#fields.length === 0) return;
    const row: Record<string, string | null> = {};
    for (const [index, name] of this.#fields.entries()) row[name] = message.fields[index] ?? null;
    this.#current.push(row);
  }

  handleCommandComplete(): void {
    this.#rows.push(this.#current);
    this.#current = [];
    this.#fields = [];
  }

  handleReadyForQuery(): void {
    this.#answered.resolve(this.#rows);
  }

  handleError(error: Error): void {
    this.#answered.reject(error);
  }

  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}
}

type Rows = readonly (readonly TextRow[])[];

interface Deferred {
  readonly promise: Promise<Rows>;
  readonly resolve: (rows: Rows) => void;
  readonly reject: (error: Error) => void;
}

function defer(): Deferred {
  // Assigned before `new Promise` returns: it calls its function at once.
  let resolve!: Deferred['resolve'];
  let reject!: Deferred['reject'];
  const promise = new Promise<Rows>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
