import { createClient } from '@flovyn/client';
import { FlovynProvider, createFlovyn } from '@flovyn/react';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';

// Outside of every component: streams outlive what is drawn.
const queryClient = new QueryClient();
const client = createClient({ baseUrl: window.location.origin, org: 'dev' });
const flovyn = createFlovyn({ client, org: 'dev', queryClient });

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element "root".');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <FlovynProvider flovyn={flovyn}>
        <App />
      </FlovynProvider>
    </QueryClientProvider>
  </StrictMode>,
);
