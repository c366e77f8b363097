import {
  type DeclarationReflection,
  ReferenceReflection,
  ReferenceType,
  ReflectionKind,
  type Reflection,
} from 'typedoc';

/** One heading of a page and what it is about. */
export interface Section {
  readonly level: 2 | 3 | 4;
  readonly title: string;
  /** Absent for a group. */
  readonly about?: DeclarationReflection;
}

/** The heading before all others of a page. */
export const ALL_NAMES = 'All names';

const GROUPS: readonly (readonly [title: string, has: (each: DeclarationReflection) => boolean])[] = [
  ['Functions', (each) => each.kindOf(ReflectionKind.Function)],
  ['Classes', (each) => each.kindOf(ReflectionKind.Class) && !isError(each)],
  ['Errors', (each) => each.kindOf(ReflectionKind.Class) && isError(each)],
  ['Interfaces', (each) => each.kindOf(ReflectionKind.Interface)],
  ['Types', (each) => each.kindOf(ReflectionKind.TypeAlias)],
  ['Values', (each) => each.kindOf(ReflectionKind.Variable)],
];

/** The headings of an entry's page, in their order: groups by kind, each by name, members as they are declared. */
export function sectionsOf(module: DeclarationReflection): Section[] {
  const own = (module.children ?? []).filter((each) => !(each instanceof ReferenceReflection));
  return GROUPS.flatMap(([title, has]): Section[] => {
    const members = own.filter(has).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return members.length === 0 ? [] : [{ level: 2, title }, ...members.flatMap(withMembers)];
  });
}

/** What the entry hands on from another one, which describes it. */
export function handedOn(module: DeclarationReflection): ReferenceReflection[] {
  return (module.children ?? []).filter((each) => each instanceof ReferenceReflection);
}

/** The members that are shown in a table, in one line each. */
export function propertiesOf(owner: DeclarationReflection): DeclarationReflection[] {
  return membersOf(owner).filter((member) => member.kindOf(ReflectionKind.Property));
}

function withMembers(about: DeclarationReflection): Section[] {
  return [
    { level: 3, title: titleOf(about), about },
    ...membersOf(about)
      .filter((member) => !member.kindOf(ReflectionKind.Property))
      .map((member): Section => ({ level: 4, title: titleOf(member), about: member })),
  ];
}

/** The members of a type are in its declaration. */
function membersOf(about: DeclarationReflection): DeclarationReflection[] {
  return about.kindOf([ReflectionKind.Class, ReflectionKind.Interface]) ? (about.children ?? []) : [];
}

function titleOf(reflection: DeclarationReflection): string {
  if (reflection.kindOf(ReflectionKind.Constructor)) return `new ${reflection.parent?.name}()`;
  return reflection.kindOf([ReflectionKind.Function, ReflectionKind.Method]) ? `${reflection.name}()` : reflection.name;
}

function isError({ extendedTypes = [] }: DeclarationReflection): boolean {
  return extendedTypes.some(
    (type) => type instanceof ReferenceType && (type.name === 'Error' || isErrorClass(type.reflection)),
  );
}

function isErrorClass(reflection: Reflection | undefined): boolean {
  return reflection !== undefined && reflection.isDeclaration() && isError(reflection);
}
