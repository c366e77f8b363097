import type { Report } from './report.js';

/** `pnpm new --help`. */
export const HELP = `pnpm new event    adds an event to the contract, and lists every place that must say something about it
  --name TASK_RETRIED   in the past; it begins with what it is about
  --entity task         what it is about
  --field attempt:int   what its data has beyond that of its entity; again for each one.
                        Types: int, number, text, uuid, with ? behind it when the value may be null
  --terminal            nothing of its subject follows
  --doc "..."           what it means, in one sentence
  --deprecate NAME --replaced-by NAME [--remove-in 2.0.0]
                        says of an event that it will go; none is ever deleted

pnpm new package  a room of the house that builds at once
  --name retention --floor decisions [--public] [--doc "..."]
                        floors: words, decisions, adapters, doors, roof, beside

pnpm new task     a task and its test
  --name resize-image [--in examples/standalone-tasks]

pnpm new adr      a page for a decision, with the next number
  --title "Streams expire by their own end"

Who has a terminal is asked for what is missing.
`;

/** The report of a generator as text for a terminal. */
export function inWords({ written, places, remarks }: Report, tookMs: number): string {
  const lines = ['Written:', ...written.map((file) => `  ${file}`)];
  if (places.length > 0) lines.push('', 'To be answered; each does not compile until it is:');
  for (const { file, line, consumer, asks } of places)
    lines.push(`  [ ] ${file}:${line}  (${consumer})`, `      ${asks}`);
  if (remarks.length > 0) lines.push('', 'No compiler sees:');
  for (const remark of remarks) lines.push(`  [ ] ${remark}`);
  lines.push('', `Took ${(tookMs / 1_000).toFixed(1)} s.`, '');
  return lines.join('\n');
}
