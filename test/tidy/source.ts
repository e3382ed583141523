/**
 * What the house rules need to know of a source file, read from TypeScript's own syntax tree. TypeScript 7 gives its
 * tree through a process that is asked; files are handed to it as texts, so that bad examples need not lie on disk.
 */
import {
  isArrowFunction,
  isBindingElement,
  isBlock,
  isCallExpression,
  isClassDeclaration,
  isConstructorDeclaration,
  isEnumDeclaration,
  isExportAssignment,
  isExportDeclaration,
  isFunctionDeclaration,
  isFunctionExpression,
  isGetAccessorDeclaration,
  isIdentifier,
  isImportDeclaration,
  isImportTypeNode,
  isInterfaceDeclaration,
  isLiteralTypeNode,
  isMethodDeclaration,
  isNamedExports,
  isNamedImports,
  isNewExpression,
  isNoSubstitutionTemplateLiteral,
  isParameterDeclaration,
  isPropertyAccessExpression,
  isSetAccessorDeclaration,
  isStringLiteral,
  isTemplateHead,
  isTypeAliasDeclaration,
  isTypeReferenceNode,
  isVariableStatement,
  type Node,
  type SourceFile,
  SyntaxKind,
} from "typescript/unstable/ast";
import { API } from "typescript/unstable/async";
import { createVirtualFileSystem } from "typescript/unstable/fs";

export interface Named {
  readonly name: string;
  /** 1-based. */
  readonly line: number;
}

export interface Export extends Named {
  readonly is_type: boolean;
  /** Names in its signature: of parameters, results and fields, not of what a body does. */
  readonly mentions: ReadonlySet<string>;
}

export interface Import {
  readonly specifier: string;
  /** Null: all of them, as `import * as` and `import()` take. */
  readonly names: readonly string[] | null;
  /** True when only types are taken, which leave nothing behind when they are gone. */
  readonly is_type: boolean;
  /** True for `with { type: "macro" }`: called while the bundle is made, and its answer put in its place. */
  readonly is_macro: boolean;
  readonly line: number;
}

export interface FunctionSpan extends Named {
  readonly lines: number;
  /** The call whose argument it is, such as `describe`; null for any other function. */
  readonly argument_of: string | null;
}

/** A call of a test function through one of its properties, such as `test.skipIf(x)("title", ...)`. */
export interface TestModifier extends Named {
  readonly title: string;
}

export interface Source {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
  readonly functions: readonly FunctionSpan[];
  /** Every name in use: `setTimeout`, `Date.now`, and `new Date()` for one without arguments. */
  readonly words: readonly Named[];
  /** String literals, and the first piece of a template. */
  readonly texts: readonly Named[];
  /** Comments without their marks, texts, and the words of screens: a block or a literal each. */
  readonly prose: readonly Named[];
  /** Names of properties that are read, by dot or by taking an object apart. */
  readonly properties: ReadonlySet<string>;
  readonly test_modifiers: readonly TestModifier[];
  /** Parameters whose type is a plain name, by that name: `Context` of `(context: Context)`. */
  readonly parameter_types: readonly Named[];
}

const ROOT = "/tidy";
const TEST_FUNCTIONS = ["test", "it", "describe"];

/** Files of one repository: path and text. */
export type Files = Readonly<Record<string, string>>;

/** Reads one or more repositories, each on its own. Throws when a file could not be read. */
export async function readRepositories(repositories: readonly Files[]): Promise<Source[][]> {
  const config = { compilerOptions: { noLib: true, types: [], noResolve: true, jsx: "preserve" }, include: ["**/*"] };
  const config_path = `${ROOT}/tsconfig.json`;
  const texts: Record<string, string> = { [config_path]: JSON.stringify(config) };
  for (const [i, files] of repositories.entries()) {
    for (const [path, text] of Object.entries(files)) texts[`${ROOT}/${i}/${path}`] = text;
  }
  const api = new API({ cwd: ROOT, fs: createVirtualFileSystem(texts) });
  try {
    const snapshot = await api.updateSnapshot({ openProjects: [config_path] });
    const program = snapshot.getProject(config_path)?.program;
    const read = async (i: number, path: string): Promise<Source> => {
      const tree = await program?.getSourceFile(`${ROOT}/${i}/${path}`);
      if (tree === undefined) throw new Error(`${path} could not be read`);
      return readSource(path, tree);
    };
    return await Promise.all(
      repositories.map((files, i) => Promise.all(Object.keys(files).map((path) => read(i, path)))),
    );
  } finally {
    await api.close();
  }
}

/** A text between two offsets of its file, quotes included. */
interface Literal {
  readonly start: number;
  readonly end: number;
  /** False for a regular expression. */
  readonly is_prose: boolean;
}

interface Draft {
  readonly imports: Import[];
  readonly exports: Export[];
  readonly functions: FunctionSpan[];
  readonly words: Named[];
  readonly texts: Named[];
  readonly literals: Literal[];
  readonly properties: Set<string>;
  readonly test_modifiers: TestModifier[];
  readonly parameter_types: Named[];
}

function readSource(path: string, tree: SourceFile): Source {
  const draft: Draft = {
    imports: [],
    exports: [],
    functions: [],
    words: [],
    texts: [],
    literals: [],
    properties: new Set(),
    test_modifiers: [],
    parameter_types: [],
  };
  const lineOf = (node: Node) => tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
  for (const statement of tree.statements) readStatement(statement, draft, lineOf(statement));
  const waiting: Node[] = [tree];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    readNode(node, draft, lineOf);
    readFunction(node, draft, tree);
    node.forEachChild((child) => {
      waiting.push(child);
    });
  }
  const lines = tree.text.split("\n").length - (tree.text.endsWith("\n") ? 1 : 0);
  draft.words.sort((a, b) => a.line - b.line);
  return { path, lines, ...draft, prose: readProse(tree.text, draft.literals) };
}

const LITERAL_KINDS = [
  SyntaxKind.StringLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateHead,
  SyntaxKind.TemplateMiddle,
  SyntaxKind.TemplateTail,
  SyntaxKind.JsxText,
  SyntaxKind.RegularExpressionLiteral,
];
const LITERAL_MARKS_PATTERN = /^["'`}]|(?:\$\{|["'`])$/g;
const COMMENT_PATTERN = /\/\*[\s\S]*?\*\/|\/\/[^\n]*(?:\n[ \t]*\/\/[^\n]*)*/g;
const COMMENT_MARKS_PATTERN = /^\/\*+|\*\/$|\n[ \t]*(?:\*|\/\/)?|^\/\//g;

/** A comment is what is left of the marks for one when literals, which may hold such marks, are blanked out. */
function readProse(text: string, literals: readonly Literal[]): Named[] {
  const inOrder = literals.toSorted((a, b) => a.start - b.start);
  let code = "";
  for (const { start, end } of inOrder) {
    code += text.slice(code.length, start);
    code += " ".repeat(Math.max(0, end - code.length));
  }
  code += text.slice(code.length);
  const lineAt = (offset: number): number => text.slice(0, offset).split("\n").length;
  const plain = (words: string): string => words.replace(/\s+/g, " ").trim();
  return [
    ...inOrder
      .filter(({ is_prose }) => is_prose)
      .map(({ start, end }) => {
        return { name: plain(text.slice(start, end).replace(LITERAL_MARKS_PATTERN, "")), line: lineAt(start) };
      }),
    ...[...code.matchAll(COMMENT_PATTERN)].map(({ 0: comment, index }) => {
      return { name: plain(comment.replace(COMMENT_MARKS_PATTERN, " ")), line: lineAt(index) };
    }),
  ].filter(({ name }) => name.includes(" "));
}

function readStatement(statement: Node, draft: Draft, line: number): void {
  if (isImportDeclaration(statement)) {
    const is_type = statement.importClause?.phaseModifier === SyntaxKind.TypeKeyword;
    const names = importedNames(statement);
    draft.imports.push({
      specifier: textOf(statement.moduleSpecifier),
      names,
      is_type,
      is_macro: /type: *"macro"/.test(statement.attributes?.getText() ?? ""),
      line,
    });
  } else if (isExportDeclaration(statement)) {
    const clause = statement.exportClause;
    const elements = clause !== undefined && isNamedExports(clause) ? clause.elements : [];
    const taken = elements.map((element) => (element.propertyName ?? element.name).text);
    draft.exports.push(...elements.map((element) => ({ ...NO_SIGNATURE, name: element.name.text, line })));
    if (statement.moduleSpecifier === undefined) return;
    const names = clause !== undefined && isNamedExports(clause) ? taken : null;
    const is_type = statement.isTypeOnly;
    draft.imports.push({ specifier: textOf(statement.moduleSpecifier), names, is_type, is_macro: false, line });
  } else if (isExportAssignment(statement)) {
    draft.exports.push({ ...NO_SIGNATURE, name: "default", line });
  } else if (isExported(statement)) {
    const is_type = isInterfaceDeclaration(statement) || isTypeAliasDeclaration(statement);
    const mentions = mentionsOf(statement);
    draft.exports.push(...declaredNames(statement).map((name) => ({ name, line, is_type, mentions })));
  }
}

const NO_SIGNATURE = { is_type: false, mentions: new Set<string>() };

function mentionsOf(declaration: Node): Set<string> {
  const names = new Set<string>();
  const waiting: Node[] = [declaration];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (isIdentifier(node)) names.add(node.text);
    node.forEachChild((child) => {
      if (!isBlock(child)) waiting.push(child);
    });
  }
  return names;
}

function importedNames(statement: Node): string[] | null {
  if (!isImportDeclaration(statement)) return null;
  const clause = statement.importClause;
  const bindings = clause?.namedBindings;
  if (bindings !== undefined && !isNamedImports(bindings)) return null;
  const names = bindings?.elements.map((element) => (element.propertyName ?? element.name).text) ?? [];
  return clause?.name === undefined ? names : ["default", ...names];
}

function isExported(statement: Node): boolean {
  const { modifiers } = statement as Node & { readonly modifiers?: readonly Node[] };
  return modifiers?.some((modifier) => modifier.kind === SyntaxKind.ExportKeyword) ?? false;
}

function declaredNames(statement: Node): string[] {
  if (isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((declaration) => declaration.name.getText());
  }
  const is_named =
    isFunctionDeclaration(statement) ||
    isClassDeclaration(statement) ||
    isInterfaceDeclaration(statement) ||
    isTypeAliasDeclaration(statement) ||
    isEnumDeclaration(statement);
  return is_named ? [statement.name?.text ?? "default"] : [];
}

function readNode(node: Node, draft: Draft, lineOf: (node: Node) => number): void {
  if (LITERAL_KINDS.includes(node.kind)) {
    const is_prose = node.kind !== SyntaxKind.RegularExpressionLiteral;
    draft.literals.push({ start: node.getStart(), end: node.end, is_prose });
  }
  if (isIdentifier(node)) {
    const { parent } = node;
    const is_property = isPropertyAccessExpression(parent) && parent.name === node;
    if (!is_property) draft.words.push({ name: node.text, line: lineOf(node) });
  } else if (isPropertyAccessExpression(node)) {
    draft.properties.add(node.name.text);
    if (!isIdentifier(node.expression)) return;
    draft.words.push({ name: `${node.expression.text}.${node.name.text}`, line: lineOf(node) });
    if (TEST_FUNCTIONS.includes(node.expression.text)) {
      draft.test_modifiers.push({ name: node.name.text, line: lineOf(node), title: titleOf(node) });
    }
  } else if (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node) || isTemplateHead(node)) {
    draft.texts.push({ name: node.text, line: lineOf(node) });
  } else if (isParameterDeclaration(node) && node.type !== undefined && isTypeReferenceNode(node.type)) {
    draft.parameter_types.push({ name: node.type.getText(), line: lineOf(node) });
  } else if (isBindingElement(node)) {
    draft.properties.add((node.propertyName ?? node.name)?.getText() ?? "");
  } else if (isNewExpression(node) && isIdentifier(node.expression) && (node.arguments?.length ?? 0) === 0) {
    draft.words.push({ name: `new ${node.expression.text}()`, line: lineOf(node) });
  } else if (isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword) {
    const [argument] = node.arguments;
    if (argument === undefined) return;
    draft.imports.push({
      specifier: textOf(argument),
      names: null,
      is_type: false,
      is_macro: false,
      line: lineOf(node),
    });
  } else if (isImportTypeNode(node) && isLiteralTypeNode(node.argument)) {
    const specifier = textOf(node.argument.literal);
    draft.imports.push({ specifier, names: null, is_type: true, is_macro: false, line: lineOf(node) });
  }
}

/** The title of the test that a modifier leads to: the first argument of the outermost call. */
function titleOf(modifier: Node): string {
  let outermost = modifier;
  while (isCallExpression(outermost.parent) && outermost.parent.expression === outermost) outermost = outermost.parent;
  const title = isCallExpression(outermost) ? outermost.arguments[0] : undefined;
  return title === undefined ? "" : textOf(title);
}

function readFunction(node: Node, draft: Draft, tree: SourceFile): void {
  const is_function =
    isFunctionDeclaration(node) ||
    isFunctionExpression(node) ||
    isArrowFunction(node) ||
    isMethodDeclaration(node) ||
    isConstructorDeclaration(node) ||
    isGetAccessorDeclaration(node) ||
    isSetAccessorDeclaration(node);
  if (!is_function) return;
  const first = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line;
  const last = tree.getLineAndCharacterOfPosition(node.getEnd()).line;
  const { name: named } = node as Node & { readonly name?: Node };
  const name = named?.getText() ?? "a function without a name";
  draft.functions.push({ name, line: first + 1, lines: last - first + 1, argument_of: calledWith(node) });
}

/** `describe` for the function in `describe("...", () => {})`, `describe.skipIf(x)("...", () => {})` and `describe.each(y)(...)`. */
function calledWith(argument: Node): string | null {
  if (!isCallExpression(argument.parent) || argument.parent.expression === argument) return null;
  let callee: Node = argument.parent;
  while (isCallExpression(callee) || isPropertyAccessExpression(callee)) callee = callee.expression;
  return isIdentifier(callee) ? callee.text : null;
}

function textOf(node: Node): string {
  return isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node) ? node.text : "";
}
