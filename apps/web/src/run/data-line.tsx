/** A piece of data a task streamed: in words where its shape is known, as JSON where not. */
export function DataLine({ data }: { readonly data: unknown }) {
  const { type, name, tool_call: call, result } = fieldsOf(data);
  if (type === 'model' && typeof name === 'string') {
    return (
      <>
        Answered by <strong>{name}</strong>
      </>
    );
  }
  const tool = fieldsOf(call);
  if (type === 'tool_call_start' && typeof tool.name === 'string') {
    return (
      <>
        Calls <strong>{tool.name}</strong> <code>{textOf(tool.arguments)}</code>
      </>
    );
  }
  if (type === 'tool_call_end' && typeof tool.name === 'string') {
    const { content, is_error: isError } = fieldsOf(result);
    return (
      <>
        <strong>{tool.name}</strong> {isError === true ? 'could not: ' : 'found: '}
        {textOf(content)}
      </>
    );
  }
  return <code>{JSON.stringify(data)}</code>;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
