import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { taskStatuses, workflowStatuses } from '@flovyn/events';
import { ErrorPage } from './pages/error-page.js';
import { NotFoundPage } from './pages/not-found-page.js';
import { OrgPage } from './pages/org-page.js';
import { RootPage } from './pages/root-page.js';
import { TaskPage } from './pages/task-page.js';
import { TasksPage } from './pages/tasks-page.js';
import { WorkflowPage } from './pages/workflow-page.js';
import { WorkflowsPage } from './pages/workflows-page.js';
import { queryClient } from './query-client.js';
import { sessionQuery } from './session.js';

const root = createRootRoute({
  component: RootPage,
  errorComponent: ErrorPage,
  notFoundComponent: () => <NotFoundPage />,
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: async () => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    const org = session?.orgs[0];
    // Without a session the root page asks to sign in, and comes back here afterwards.
    if (org !== undefined) throw redirect({ to: '/org/$slug/workflows/executions', params: { slug: org.slug } });
  },
});

const org = createRoute({ getParentRoute: () => root, path: 'org/$slug', component: OrgPage });

const orgHome = createRoute({
  getParentRoute: () => org,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/org/$slug/workflows/executions', params });
  },
});

/** A filter in the address that means nothing is as good as none. */
function oneOf<const Word extends string>(words: readonly Word[]) {
  return ({ status }: Record<string, unknown>): { status?: Word | undefined } => ({
    status: words.find((word) => word === status),
  });
}

const workflows = createRoute({
  getParentRoute: () => org,
  path: 'workflows/executions',
  validateSearch: oneOf(workflowStatuses),
  component: WorkflowsPage,
});

const workflow = createRoute({ getParentRoute: () => org, path: 'workflows/executions/$id', component: WorkflowPage });

const tasks = createRoute({
  getParentRoute: () => org,
  path: 'tasks/executions',
  validateSearch: oneOf(taskStatuses),
  component: TasksPage,
});

const task = createRoute({ getParentRoute: () => org, path: 'tasks/executions/$id', component: TaskPage });

/** The addresses of the app. */
export const router = createRouter({
  routeTree: root.addChildren([home, org.addChildren([orgHome, workflows, workflow, tasks, task])]),
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
