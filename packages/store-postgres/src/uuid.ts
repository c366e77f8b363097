const form = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether the database would take the text for a `uuid`, in the notation that everybody uses. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && form.test(value);
}
