// What `npm start`, `npm test` and `pnpm dev` run. It installs the dependencies, so it may have none of its own.
import './bootstrap/main.mjs';
