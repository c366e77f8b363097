/**
 * The derived files that are not what the registry makes of them, as sentences. JSON is compared by value, because the
 * formatter lays it out.
 *
 * @param built - what each file should hold, by path.
 * @param read - what the file holds, `undefined` when it is not there.
 */
export function staleFiles(
  built: ReadonlyMap<string, string>,
  read: (path: string) => string | undefined,
): readonly string[] {
  return [...built].flatMap(([path, text]) => {
    const held = read(path);
    if (held !== undefined && comparable(path, held) === comparable(path, text)) return [];
    const fault = held === undefined ? 'is missing' : 'is not what the registry says';
    return [`${path} ${fault}: everything is derived from one definition. Run \`pnpm contract:write\`.`];
  });
}

function comparable(path: string, text: string): string {
  if (!path.endsWith('.json')) return text;
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}
