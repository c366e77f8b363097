import { useState } from 'react';

/** An id with a button that copies it. */
export function CopyId({ id }: { readonly id: string }) {
  const [said, setSaid] = useState('Copy');

  function copy(): void {
    navigator.clipboard.writeText(id).then(
      () => setSaid('Copied'),
      // Without a secure context there is no clipboard; the id can still be selected by hand.
      () => setSaid('Not allowed here'),
    );
  }

  return (
    <>
      <code>{id}</code>{' '}
      <button type="button" className="plain" onClick={copy} onBlur={() => setSaid('Copy')}>
        {said}
        <span className="visually-hidden"> id</span>
      </button>
    </>
  );
}
