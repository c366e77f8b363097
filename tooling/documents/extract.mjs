/**
 * One block of TypeScript in a document, as a module of its own.
 *
 * @typedef {object} Block
 * @property {number} line - where its code begins in the document, from 1
 * @property {'ts' | 'tsx'} language
 * @property {string} module - code on the same lines as in the document, so that the compiler points to the right place
 */

/** What the code takes for granted stands in a comment before it, which readers of the document do not see. */
const BLOCK = /(?:^<!-- given\n(?<given>[\s\S]*?)^-->\n+)?^```(?<language>tsx?)\n(?<code>[\s\S]*?)^```$/gm;

/**
 * The blocks of a Markdown document that are fenced as `ts` or `tsx`; each must compile alone. What is fenced as
 * `typescript` is a declaration for reading.
 *
 * @param {string} markdown
 * @returns {Block[]}
 */
export function extract(markdown) {
  return [...markdown.matchAll(BLOCK)].map((match) => {
    const { given = '', language, code = '' } = match.groups ?? {};
    const before = markdown.slice(0, match.index);
    const end = match.index + match[0].length - '```'.length;
    const start = end - code.length;
    const between = markdown.slice(match.index, start);
    // The comment's own words lie between its first line and its last.
    const [head = '', tail = ''] = given === '' ? [between] : between.split(given, 2);
    return {
      line: linesOf(before + between) + 1,
      language: language === 'tsx' ? 'tsx' : 'ts',
      module: `${blank(before)}${blank(head)}${given}${blank(tail)}${code}\nexport {};\n`,
    };
  });
}

/** @param {string} text */
function blank(text) {
  return text.replace(/[^\n]/g, '');
}

/** @param {string} text */
function linesOf(text) {
  return blank(text).length;
}
