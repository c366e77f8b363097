import { Link } from '@tanstack/react-router';
import { Blank } from '../ui/notice.js';

/** For an address, or an id, that leads nowhere; what one may not see looks the same. */
export function NotFoundPage({ id }: { readonly id?: string }) {
  return (
    <Blank title="There is nothing here.">
      <p>
        {id === undefined ? 'This address leads nowhere' : <code>{id}</code>}, or it is not yours to see.{' '}
        <Link to="/">Go to the start</Link>
      </p>
    </Blank>
  );
}
