import { Comment, type DeclarationReflection, type ProjectReflection, type Reflection, ReflectionKind } from 'typedoc';

/** Takes away what readers have no use for: each thing is said once, where it is defined. */
export function leaveOut(project: ProjectReflection): void {
  for (const module of project.children ?? []) {
    const children = module.children ?? [];
    const superfluous = [...shadows(children), ...children.flatMap(takenOver)];
    for (const reflection of superfluous) project.removeReflection(reflection);
  }
}

/** A value that is exported as a type only counts as a type; the type it stands for is there under the same name. */
function shadows(children: readonly DeclarationReflection[]): DeclarationReflection[] {
  const isType = (each: DeclarationReflection): boolean =>
    each.kindOf([ReflectionKind.Interface, ReflectionKind.TypeAlias]);
  const types = children.filter(isType).toSorted((a, b) => a.kind - b.kind);
  return types.filter(({ name }, index) => types.findIndex((other) => other.name === name) < index);
}

/** The members of a class that are as its base class, or an interface of it, has them. */
function takenOver(owner: DeclarationReflection): DeclarationReflection[] {
  return (owner.children ?? []).filter((member) => {
    // An interface is one table, with everything it has.
    if (member.inheritedFrom !== undefined) return owner.kindOf(ReflectionKind.Class);
    if (member.kindOf(ReflectionKind.Constructor)) return isImplied(member);
    const origin = member.implementationOf ?? member.getSignature?.implementationOf ?? member.overwrites;
    if (origin === undefined) return false;
    // What the language knows, such as `then`, has its words there.
    if (origin.package === 'typescript') return true;
    const words = wordsOf(member);
    return words === '' || (origin.reflection !== undefined && words === wordsOf(origin.reflection));
  });
}

function isImplied({ signatures = [] }: DeclarationReflection): boolean {
  return signatures.every(({ parameters = [], comment }) => parameters.length === 0 && comment === undefined);
}

/** A getter and its signature say the same. */
function wordsOf(reflection: Reflection): string {
  const bearers = [reflection, ...(reflection.isDeclaration() ? reflection.getNonIndexSignatures() : [])];
  return [...new Set(bearers.map(({ comment }) => Comment.combineDisplayParts(comment?.summary)))].join('');
}
