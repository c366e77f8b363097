import { FlovynProvider } from '@flovyn/react';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useParams } from '@tanstack/react-router';
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
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
    </FlovynProvider>
  );
}
