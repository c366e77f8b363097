import { parseArgs } from 'node:util';
import { openFiles } from './files.js';
import { Refusal } from './refusal.js';
import type { Report } from './report.js';
import type { Asker } from './terminal.js';
import { toKebab } from './words.js';

const FOLDER = 'docs/adr';

/** `pnpm new adr`: a page for a decision, with the next number. */
export async function newAdr(root: string, args: readonly string[], asker: Asker): Promise<Report> {
  const { values: said } = parseArgs({ args: [...args], options: { title: { type: 'string' } } });
  const title = said.title ?? (await asker.ask('What was decided, as a title?', '--title "..."'));
  const name = toKebab(title);
  if (!/^[a-z\d]+(-[a-z\d]+)+$/.test(name)) {
    throw new Refusal(
      `"${title}" is no title. Say the decision in some words, such as "Streams expire by their own end".`,
    );
  }
  const files = openFiles(root);
  const numbers = files.list(FOLDER).map((file) => Number.parseInt(file, 10));
  const number = String(Math.max(0, ...numbers.filter(Number.isInteger)) + 1).padStart(4, '0');
  files.create(
    `${FOLDER}/${number}-${name}.md`,
    `# ${number} ${title}

**Context.** Three sentences: what is so, what is wanted, and why the two do not meet by themselves.

**Decision.** One sentence.

**What we gave up.** What would have been better the other way.

**Look again** when the reason may no longer hold.
`,
  );
  return { written: files.save(), places: [], remarks: [`Say in the page what only you know; a page is enough.`] };
}
