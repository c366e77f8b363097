/** What a program of the bench can be asked: each order takes one plain value and answers with another. */
export type Orders = Readonly<Record<string, (argument: never) => Promise<unknown>>>;

export interface Order {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

export type Answer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string };

/** The id under which a program says that it is ready for orders. */
export const READY = 0;

/** Answers orders of the parent process until it lets go; then `close` is called and the process ends. */
export function serve(orders: Orders, close: () => Promise<void>): void {
  const send = (answer: Answer): void => void process.send?.(answer);
  process.on('message', (order: Order) => {
    const carryOut = orders[order.name] as ((argument: unknown) => Promise<unknown>) | undefined;
    if (carryOut === undefined) return send({ id: order.id, error: `There is no order ${order.name}` });
    carryOut(order.argument).then(
      (value) => send({ id: order.id, value }),
      (error: unknown) =>
        send({ id: order.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => {
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      },
    );
  });
  send({ id: READY, value: undefined });
}
