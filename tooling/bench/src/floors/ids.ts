import { randomBytes } from 'node:crypto';

let counter = 0;

/** A UUID whose beginning is the time, as the server's own are: where rows go in an index is part of what they cost. */
export function newId(): string {
  counter = (counter + 1) % 0x1000;
  const time = Date.now().toString(16).padStart(12, '0');
  const order = counter.toString(16).padStart(3, '0');
  const rest = randomBytes(8).toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${order}-8${rest.slice(1, 4)}-${rest.slice(4)}`;
}
