/**
 * One block of TypeScript in a document.
 *
 * @typedef {object} Block
 * @property {number} line - where its code begins in the document, from 1
 * @property {string} code
 */

/**
 * The blocks of a Markdown document that are fenced as `ts`; each must compile alone.
 *
 * @param {string} markdown
 * @returns {Block[]}
 */
export function extract(markdown) {
  return [...markdown.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(({ index, 1: code = '' }) => ({
    line: markdown.slice(0, index).split('\n').length + 1,
    code,
  }));
}

/**
 * A module whose line numbers are those of the document, so that the compiler points to the right place.
 *
 * @param {Block} block
 */
export function toModule({ line, code }) {
  return `${'\n'.repeat(line - 1)}${code}\nexport {};\n`;
}
