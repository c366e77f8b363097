/** What was opened, to be closed in the opposite order: also when only half of it could be opened. */
export interface Closers {
  add(name: string, close: () => void | Promise<void>): void;
  /** Closes everything. One that fails does not keep the others open; `onFailure` is told. */
  closeAll(onFailure: (name: string, error: unknown) => void): Promise<void>;
}

export function createClosers(): Closers {
  const open: { readonly name: string; readonly close: () => void | Promise<void> }[] = [];
  return {
    add: (name, close) => void open.push({ name, close }),
    async closeAll(onFailure) {
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        try {
          await next.close();
        } catch (error: unknown) {
          onFailure(next.name, error);
        }
      }
    },
  };
}
