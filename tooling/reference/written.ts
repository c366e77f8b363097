import ts from 'typescript';

/** What does not fit is broken, one parameter to a line; the formatter does the rest where it can. */
const LINE = 100;

/** A type that is longer was inferred: readers get its names, not what they are made of. */
const READABLE = 400;

/** A declaration as its author wrote it: without `export`, bodies and members, which are described one by one. */
export function writtenAs(node: ts.Node, checker: ts.TypeChecker): string {
  if (ts.isTypeAliasDeclaration(node)) return typeAlias(node, checker);
  if (ts.isVariableDeclaration(node)) return `const ${node.name.getText()}: ${shortened(typeOf(node))};`;
  if (ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)) return headOf(node);
  if (ts.isPropertySignature(node) || ts.isPropertyDeclaration(node)) return typeOf(node);
  return ts.isFunctionLike(node) ? callable(node) : '';
}

/** A constant says its value in place of a type. */
function typeOf(node: ts.VariableDeclaration | ts.PropertySignature | ts.PropertyDeclaration): string {
  const said = node.type ?? (ts.isPropertySignature(node) ? undefined : node.initializer);
  return said === undefined ? 'unknown' : tidied(said.getText());
}

/** A type that is made from a value, or that only names another one, is shown as what it comes to. */
function typeAlias(node: ts.TypeAliasDeclaration, checker: ts.TypeChecker): string {
  const isTelling = node.typeParameters !== undefined || !/\btypeof\b|^\w+\.\w+$/.test(node.type.getText());
  if (isTelling) return tidied(node.getText());
  return `type ${node.name.text} = ${resolved(checker.getTypeFromTypeNode(node.type), node, checker)};`;
}

function resolved(type: ts.Type, node: ts.Node, checker: ts.TypeChecker): string {
  const print = (each: ts.Type, flags = ts.TypeFormatFlags.None): string =>
    checker.typeToString(each, node, ts.TypeFormatFlags.NoTruncation | flags);
  const isRecord = (type.flags & ts.TypeFlags.Object) !== 0 && !checker.isArrayLikeType(type);
  if (!isRecord) return print(type, ts.TypeFormatFlags.InTypeAlias);
  const members = type.getProperties().map((property) => {
    const words = ts.displayPartsToString(property.getDocumentationComment(checker));
    const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    const value = print(checker.getTypeOfSymbolAtLocation(property, node));
    const member = isOptional ? `?: ${value.replace(/ \| undefined$/, '')}` : `: ${value}`;
    return `${words === '' ? '' : `/** ${words} */\n`}${property.name}${member};\n`;
  });
  return `{\n${members.join('')}}`;
}

/** The head of what has neither parameters nor a family would say no more than the heading. */
function headOf(node: ts.InterfaceDeclaration | ts.ClassDeclaration): string {
  if (node.typeParameters === undefined && node.heritageClauses === undefined) return '';
  const text = node.getText();
  const members = node.getChildren().findIndex((child) => child.kind === ts.SyntaxKind.OpenBraceToken);
  return tidied(text.slice(0, node.getChildAt(members).getStart() - node.getStart()).trim());
}

function callable(node: ts.SignatureDeclaration): string {
  const text = node.getText();
  const [first, last] = [node.parameters[0], node.parameters.at(-1)];
  if (first === undefined || last === undefined) return tidied(text);
  const isLong = text.length > LINE;
  const parameters = node.parameters.map((parameter) => tidied(parameterText(parameter)));
  return [
    ts.isConstructorDeclaration(node)
      ? `new ${node.parent.name?.text}(`
      : tidied(text.slice(0, first.getStart() - node.getStart()).trimEnd()),
    isLong ? parameters.map((each) => `\n  ${each.replaceAll('\n', '\n  ')},`).join('') : parameters.join(', '),
    isLong ? '\n' : '',
    tidied(text.slice(last.end - node.getStart()).replace(/^,/, '')),
  ].join('');
}

/** What is taken apart at once is called after the last word of its type: `options`, `props`. */
function parameterText(parameter: ts.ParameterDeclaration): string {
  const text = parameter.getText();
  if (ts.isIdentifier(parameter.name)) return text;
  const [word = 'options'] = /[A-Z][a-z]+$/.exec(parameter.type?.getText() ?? '') ?? [];
  return `${word.toLowerCase()}${text.slice(parameter.name.end - parameter.getStart())}`;
}

/** Declarations are generated: they are indented by four from where they stand, and name what they import in place. */
function tidied(text: string): string {
  const [head = '', ...lines] = text
    .replace(/^(export |default |declare )+/, '')
    .replace(/import\("[^"]+"\)\./g, '')
    .split('\n');
  const least = Math.min(...lines.map(indentOf).filter((indent) => indent >= 0));
  return [head, ...lines.map((line) => ' '.repeat(Math.max(0, indentOf(line) - least) / 2) + line.trim())].join('\n');
}

/** -1 for a line without anything. */
function indentOf(line: string): number {
  return line.search(/\S/);
}

function shortened(type: string): string {
  return type.length <= READABLE ? type : type.replace(/\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}/g, '{ … }');
}
