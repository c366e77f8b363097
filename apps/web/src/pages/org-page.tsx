import { FlovynProvider } from '@flovyn/react';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useParams } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { flovynOf } from '../flovyn-of.js';
import { sessionQuery } from '../session.js';
import { NotFoundPage } from './not-found-page.js';

/** The frame around every page of one organisation. */
export function OrgPage() {
  const { slug } = useParams({ from: '/org/$slug' });
  const { data: session } = useQuery(sessionQuery);
  const org = session?.orgs.find((each) => each.slug === slug);
  if (org === undefined) return <NotFoundPage />;
  return (
    <FlovynProvider flovyn={flovynOf(slug)}>
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <header className="top-bar">
        <div>
          <Link to="/" className="brand">
            <img src="/favicon.svg" alt="" />
            <span>Flovyn</span>
          </Link>
          <nav aria-label="Sections">
            <Link to="/org/$slug/workflows/executions" params={{ slug }}>
              Workflows
            </Link>
            <Link to="/org/$slug/tasks/executions" params={{ slug }}>
              Tasks
            </Link>
          </nav>
          <span className="org">{org.name}</span>
        </div>
      </header>
      <Main />
    </FlovynProvider>
  );
}

/** Takes the focus when the page changes, so that keyboards and screen readers go on where the new page begins. */
function Main() {
  const path = useLocation({ select: ({ pathname }) => pathname });
  const shown = useRef(path);
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    if (shown.current !== path) main.current?.focus({ preventScroll: true });
    shown.current = path;
  }, [path]);
  return (
    <main id="main" ref={main} tabIndex={-1}>
      <Outlet />
    </main>
  );
}
