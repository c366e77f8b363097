import { appendFileSync } from 'node:fs';

const file = process.env['HOUSE_EFFECTS'];

/** Writes down that something was really done, where it outlives this process. */
export function noteEffect(name: string): void {
  if (file !== undefined) appendFileSync(file, `${name}\n`);
}
