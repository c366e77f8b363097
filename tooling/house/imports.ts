import { Visitor, parseSync } from 'oxc-parser';
import { COMPUTED } from './house.js';

/** One import, re-export or `import()` in a source file, also of types only. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
}

/**
 * All imports of a source file, in order.
 *
 * @throws when the file is not valid TypeScript
 */
export function readImports(file: string, source: string): Import[] {
  const { program, errors } = parseSync(file, source);
  if (errors[0] !== undefined) throw new Error(`${file}: ${errors[0].message}`);

  const found: Import[] = [];
  const add = (node: { start: number; value: unknown } | null | undefined): void => {
    if (node === null || node === undefined) return;
    found.push({ specifier: String(node.value), line: source.slice(0, node.start).split('\n').length });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
    ImportExpression: ({ source: specifier, start }) => {
      add(specifier.type === 'Literal' ? specifier : { start, value: COMPUTED });
    },
  }).visit(program);
  return found;
}
