// Changes of source by its text. The places are few and laid out by the formatter, so their text is known; a syntax tree
// that can be printed again would be one more dependency, and TypeScript 7 has none to offer.

/** The text with `more` behind the one place where `after` stands. Throws when it stands nowhere or twice. */
export function insertAfter(source: string, after: string, more: string): string {
  const [before, behind, again] = source.split(after);
  if (before === undefined || behind === undefined || again !== undefined) {
    throw new Error(`This text should stand here exactly once: ${after}`);
  }
  return before + after + more + behind;
}

/** The text with `more` before the last place where `before` stands. */
export function insertBeforeLast(source: string, before: string, more: string): string {
  const at = source.lastIndexOf(before);
  if (at < 0) throw new Error(`This text should stand here: ${before}`);
  return source.slice(0, at) + more + source.slice(at);
}

/** The source with `name` added, in sorted position, to what is exported from or imported from `module`. */
export function addName(source: string, module: string, name: string): string {
  const list = new RegExp(`(export|import)( type)? \\{([^}]*)\\} from '${module.replaceAll('.', '\\.')}';`);
  const found = list.exec(source);
  if (found === null) throw new Error(`Nothing is exported from ${module} here.`);
  const [statement, verb, type = '', inside = ''] = found;
  const names = inside.split(',').map((one) => one.trim());
  const sorted = [...new Set([...names, name])].filter((one) => one !== '').toSorted(byName);
  return source.replace(statement, `${verb}${type} { ${sorted.join(', ')} } from '${module}';`);
}

/** Types first, as everywhere in this house, then by name. */
function byName(a: string, b: string): number {
  const rank = (name: string): number => (name.startsWith('type ') ? 0 : 1);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}
