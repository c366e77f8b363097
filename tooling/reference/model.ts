import ts from 'typescript';
import {
  Application,
  type Context,
  Converter,
  type DeclarationReflection,
  type ProjectReflection,
  type Reflection,
  ReflectionKind,
} from 'typedoc';
import type { Entry } from './entries.js';
import { leaveOut } from './leave-out.js';
import { writtenAs } from './written.js';

/** What the declarations and docstrings of some entries say. */
export interface Model {
  readonly project: ProjectReflection;
  /** The declaration of each thing, as it is written. */
  readonly written: ReadonlyMap<Reflection, string>;
}

/** As a user compiles, with everything strict. */
const COMPILER: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.NodeNext,
  jsx: ts.JsxEmit.ReactJSX,
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
};

/**
 * Reads built entries through TypeDoc.
 *
 * @throws {Error} when an entry is not built, or a docstring links to what is not in the reference; TypeDoc says where.
 */
export async function readModel(entries: readonly Entry[]): Promise<Model> {
  const app = await Application.bootstrap({
    excludeExternals: true,
    excludeInternal: true,
    excludePrivate: true,
    disableGit: true,
    disableSources: true,
    preservedTypeAnnotationTags: ['@throws'],
    sort: ['source-order'],
    logLevel: 'Warn',
    validation: { invalidLink: true, notExported: false },
  });
  const program = ts.createProgram(
    entries.map(({ types }) => types),
    COMPILER,
  );
  const checker = program.getTypeChecker();
  const written = new Map<Reflection, string>();
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    const node = declarationOf(context, reflection);
    if (node !== undefined) written.set(reflection, writtenAs(node, checker));
  });
  app.converter.on(Converter.EVENT_CREATE_SIGNATURE, (_context, reflection, node) => {
    if (node !== undefined) written.set(reflection, writtenAs(node, checker));
  });
  // After TypeDoc has found out what is inherited, before it sorts.
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => leaveOut(project), -50);
  const project = app.converter.convert(entries.map((entry) => entryPoint(entry, program)));
  app.validate(project);
  if (app.logger.hasWarnings() || app.logger.hasErrors()) throw new Error('The docstrings are not in order: see above');
  return { project, written };
}

function entryPoint({ name, types }: Entry, program: ts.Program) {
  const sourceFile = program.getSourceFile(types);
  if (sourceFile === undefined) throw new Error(`There is no ${types}: build ${name} first`);
  return { displayName: name, program, sourceFile };
}

function declarationOf(context: Context, reflection: DeclarationReflection): ts.Declaration | undefined {
  const declarations = context.getSymbolFromReflection(reflection)?.declarations ?? [];
  // A schema and its type share a name, and so a symbol.
  if (reflection.kindOf(ReflectionKind.TypeAlias)) return declarations.find(ts.isTypeAliasDeclaration);
  if (reflection.kindOf(ReflectionKind.Variable)) return declarations.find(ts.isVariableDeclaration);
  return declarations.find((each) => !ts.isTypeAliasDeclaration(each) && !ts.isVariableDeclaration(each));
}
