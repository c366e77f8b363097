import { QueryClient } from '@tanstack/react-query';

/** The page's one cache of answers. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The client has tried again already where that makes sense.
      retry: false,
      // Requests are not held back when the browser thinks that it is offline: the server may run on this machine.
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});
