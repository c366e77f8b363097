/** `TASK_RETRIED`, `task-retried` or `taskRetried` as words in lower case. */
function words(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z\d]+/)
    .map((word) => word.toLowerCase());
}

export function toKebab(name: string): string {
  return words(name).join('-');
}

export function toUpperSnake(name: string): string {
  return words(name).join('_').toUpperCase();
}

export function toPascal(name: string): string {
  return words(name)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

export function toCamel(name: string): string {
  const pascal = toPascal(name);
  return pascal.charAt(0).toLowerCase() + pascal.slice(1);
}

/** `TASK_RETRIED` as `Task retried`. */
export function toSentence(name: string): string {
  const text = words(name).join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A text as a literal of our style. */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}
